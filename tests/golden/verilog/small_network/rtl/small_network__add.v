// add
module small_network__add (
  input wire clk,
  input wire rst,
  input wire i0_valid,
  output wire i0_ready,
  input wire [7:0] i0_data,
  input wire i1_valid,
  output wire i1_ready,
  input wire [7:0] i1_data,
  output reg o0_valid,
  input wire o0_ready,
  output reg [7:0] o0_data
);
  wire en = !o0_valid || o0_ready;
  wire step = en && i0_valid && i1_valid && !rst;
  assign i0_ready = step;
  assign i1_ready = step;
  always @(posedge clk)
    if (rst) o0_valid <= 1'b0;
    else if (en) o0_valid <= step;
  wire [7:0] v0 = i0_data[7:0];
  wire [6:0] v1 = i1_data[6:0];
  wire [8:0] s2 = {{1{v0[7]}}, v0} + {2'd0, v1};
  wire [8:0] v2 = s2;
  wire [7:0] s3;
  qfx_cast #(.IN_WIDTH(9), .IN_FRAC(4), .IN_SIGNED(1), .OUT_WIDTH(8), .OUT_FRAC(4), .OUT_SIGNED(1),
    .ROUNDING(0), .OVERFLOW(0), .N_BITS(0)) cast3 (.x(v2), .y(s3));
  wire [7:0] v3 = s3;
  wire _unused_ok = &{1'b0, i0_data, i1_data, s3, v0, v1, v2, v3};
  always @(posedge clk)
    if (en) o0_data <= {v3};
endmodule
