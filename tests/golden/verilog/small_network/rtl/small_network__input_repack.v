// 4 to 1 elements of 8 bits, in groups of 36.
module small_network__input_repack (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [31:0] i0_data,
    output wire o0_valid,
    input  wire o0_ready,
    output wire [7:0] o0_data
);
  qfx_repack #(.WIDTH(8), .IN(4), .OUT(1), .GROUP(36)) repack (
      .clk(clk), .rst(rst),
      .i0_valid(i0_valid), .i0_ready(i0_ready), .i0_data(i0_data),
      .o0_valid(o0_valid), .o0_ready(o0_ready), .o0_data(o0_data));
endmodule
