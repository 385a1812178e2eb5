module small_network__relu1_fork (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [7:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [7:0] o0_data,
    output wire o1_valid,
    input  wire o1_ready,
    output wire [7:0] o1_data
);
  qfx_fork #(.WIDTH(8)) fork_word (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data),
      .o1_valid(o1_valid), .o1_ready(o1_ready), .o1_data(o1_data));
endmodule
