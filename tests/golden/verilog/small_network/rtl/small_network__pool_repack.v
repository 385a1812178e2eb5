// 1 to 2 elements of 8 bits, in groups of 2.
module small_network__pool_repack (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [7:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [15:0] o0_data
);
  qfx_repack #(.WIDTH(8), .IN(1), .OUT(2), .GROUP(2)) repack (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data));
endmodule
