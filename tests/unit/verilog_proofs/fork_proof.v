// Both readers get every word once, in order, whoever of them is slow.
module fork_proof (
    input wire clk,
    input wire rst,
    input wire i_valid,
    input wire [1:0] i_data,
    input wire o0_ready,
    input wire o1_ready
);
  reg starts = 1'b1;
  always @(posedge clk) starts <= 1'b0;
  always @* assume (rst == starts);

  wire i_ready, o0_valid, o1_valid;
  wire [1:0] o0_data, o1_data;
  qfx_fork #(.WIDTH(2)) dut (
      .clk(clk), .rst(rst), .i0_valid(i_valid), .i0_ready(i_ready), .i0_data(i_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data),
      .o1_valid(o1_valid), .o1_ready(o1_ready), .o1_data(o1_data));
  stream_rules #(.WIDTH(2), .ASSUME(1)) at_i (clk, rst, i_valid, i_ready, i_data);
  stream_rules #(.WIDTH(2)) at_o0 (clk, rst, o0_valid, o0_ready, o0_data);
  stream_rules #(.WIDTH(2)) at_o1 (clk, rst, o1_valid, o1_ready, o1_data);

  // Words so far, and the word of one number that the solver chooses.
  reg [3:0] taken = 0, given0 = 0, given1 = 0;
  (* anyconst *) wire [3:0] chosen;
  reg [1:0] word;
  always @(posedge clk)
    if (rst) begin
      taken <= 0; given0 <= 0; given1 <= 0;
    end else begin
      if (i_valid && i_ready) begin
        taken <= taken + 1;
        if (taken == chosen) word <= i_data;
      end
      if (o0_valid && o0_ready) given0 <= given0 + 1;
      if (o1_valid && o1_ready) given1 <= given1 + 1;
    end
  always @* if (!rst) begin
    assert (taken == given0 + o0_valid);
    assert (taken == given1 + o1_valid);
    if (o0_valid && given0 == chosen) assert (o0_data == word);
    if (o1_valid && given1 == chosen) assert (o1_data == word);
  end
endmodule
