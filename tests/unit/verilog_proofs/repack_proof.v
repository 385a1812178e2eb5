// Every element once, in order, padding dropped; what can be given is given.
module repack_proof #(
    parameter IN = 2,
    parameter OUT = 3,
    parameter GROUP = 6
) (
    input wire clk,
    input wire rst,
    input wire i_valid,
    input wire [IN-1:0] i_data,
    input wire o_ready
);
  reg starts = 1'b1;
  always @(posedge clk) starts <= 1'b0;
  always @* assume (rst == starts);

  wire i_ready, o_valid;
  wire [OUT-1:0] o_data;
  qfx_repack #(.WIDTH(1), .IN(IN), .OUT(OUT), .GROUP(GROUP)) dut (
      .clk(clk), .rst(rst), .i0_valid(i_valid), .i0_ready(i_ready), .i0_data(i_data),
      .o0_valid(o_valid), .o0_ready(o_ready), .o0_data(o_data));
  stream_rules #(.WIDTH(IN), .ASSUME(1)) at_i (clk, rst, i_valid, i_ready, i_data);
  stream_rules #(.WIDTH(OUT)) at_o (clk, rst, o_valid, o_ready, o_data);

  // Elements so far, and the element of one number that the solver chooses.
  reg [5:0] taken = 0, given = 0, in_group = 0;
  (* anyconst *) wire [5:0] chosen;
  reg element;
  wire [5:0] coming = GROUP - in_group < IN ? GROUP - in_group : IN;
  always @(posedge clk)
    if (rst) begin
      taken <= 0; given <= 0; in_group <= 0;
    end else begin
      if (i_valid && i_ready) begin
        taken <= taken + coming;
        in_group <= in_group + coming == GROUP ? 0 : in_group + coming;
        if (chosen >= taken && chosen < taken + coming)
          element <= i_data >> (chosen - taken);
      end
      if (o_valid && o_ready) given <= given + OUT;
    end
  wire [5:0] held = taken - given;
  always @* if (!rst) begin
    assert (!o_valid || held >= OUT);
    if (o_valid && chosen >= given && chosen < given + OUT)
      assert (((o_data >> (chosen - given)) & 1'b1) == element);
    // It never stops by itself: with nothing before its output register it takes or has enough.
    if (!o_valid) assert (i_ready || held >= OUT);
  end
endmodule
