// Every word once, in order; as many as DEPTH fit, and no more than what was counted.
module fifo_proof #(
    parameter DEPTH = 3,
    parameter BLOCK = 0
) (
    input wire clk,
    input wire rst,
    input wire i_valid,
    input wire [1:0] i_data,
    input wire o_ready
);
  reg starts = 1'b1;
  always @(posedge clk) starts <= 1'b0;
  always @* assume (rst == starts);

  wire i_ready, o_valid;
  wire [1:0] o_data;
  qfx_fifo #(.WIDTH(2), .DEPTH(DEPTH), .BLOCK(BLOCK)) dut (
      .clk(clk), .rst(rst), .i_valid(i_valid), .i_ready(i_ready), .i_data(i_data),
      .o_valid(o_valid), .o_ready(o_ready), .o_data(o_data));
  stream_rules #(.WIDTH(2), .ASSUME(1)) at_i (clk, rst, i_valid, i_ready, i_data);
  stream_rules #(.WIDTH(2)) at_o (clk, rst, o_valid, o_ready, o_data);

  reg [4:0] taken = 0, given = 0, before = 0;
  (* anyconst *) wire [4:0] chosen;
  reg [1:0] word;
  always @(posedge clk)
    if (rst) begin
      taken <= 0; given <= 0; before <= 0;
    end else begin
      before <= taken;
      if (i_valid && i_ready) begin
        taken <= taken + 1;
        if (taken == chosen) word <= i_data;
      end
      if (o_valid && o_ready) given <= given + 1;
    end
  wire [4:0] held = taken - given;
  always @* if (!rst) begin
    assert (held <= DEPTH);
    assert (i_ready == (held < DEPTH));
    assert (!o_valid || held > 0);
    // Offered in the next cycle, from block RAM in the second.
    if (BLOCK == 0) assert (o_valid == (held > 0));
    if (BLOCK == 1 && before != given && held > 0) assert (o_valid);
    if (o_valid && given == chosen) assert (o_data == word);
  end
endmodule
