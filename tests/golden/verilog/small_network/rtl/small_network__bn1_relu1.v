// bn1_relu1
module small_network__bn1_relu1 (
  input wire clk,
  input wire rst,
  input wire i0_valid,
  output wire i0_ready,
  input wire [7:0] i0_data,
  output reg o0_valid,
  input wire o0_ready,
  output reg [7:0] o0_data
);
  wire en = !o0_valid || o0_ready;
  wire step = en && i0_valid && !rst;
  assign i0_ready = en && !rst;
  reg [1:0] valid;
  always @(posedge clk)
    if (rst) {o0_valid, valid} <= 3'd0;
    else if (en) {o0_valid, valid} <= {valid, step};
  reg [0:0] position;
  wire [0:0] position_next = rst ? 1'd0 : !step ? position :
    position == 1'd1 ? 1'd0 : position + 1'd1;
  always @(posedge clk) position <= position_next;
  reg [0:0] position_1;
  always @(posedge clk) if (en) position_1 <= position;
  wire [8:0] row1;
  qfx_rom #(
      .WIDTH(9),
      .DEPTH(2),
      .ADDRESS_WIDTH(1),
      .BLOCK(0),
      .FILE("small_network__bn1_relu1_rows1.mem")
  ) rows1 (
      .clk(clk),
      .read(en),
      .address(position),
      .data(row1)
  );
  wire [7:0] row2;
  qfx_rom #(
      .WIDTH(8),
      .DEPTH(2),
      .ADDRESS_WIDTH(1),
      .BLOCK(0),
      .FILE("small_network__bn1_relu1_rows2.mem")
  ) rows2 (
      .clk(clk),
      .read(en),
      .address(position_1),
      .data(row2)
  );
  wire [8:0] c1_1 = row1[8:0];
  wire [7:0] c3_2 = row2[7:0];
  reg [7:0] v0_1;
  reg [15:0] v2_2;
  wire [7:0] v0 = i0_data[7:0];
  wire [15:0] v2 = $signed({{7{c1_1[8]}}, c1_1}) * $signed({{8{v0_1[7]}}, v0_1});
  wire [10:0] s4 = v2_2[15:5] + {{3{c3_2[7]}}, c3_2};
  wire [15:0] v4 = {s4, v2_2[4:0]};
  wire [7:0] s5;
  qfx_cast #(.IN_WIDTH(16), .IN_FRAC(12), .IN_SIGNED(1), .OUT_WIDTH(8), .OUT_FRAC(4), .OUT_SIGNED(1),
    .ROUNDING(0), .OVERFLOW(3), .N_BITS(0)) cast5 (.x(v4), .y(s5));
  wire [7:0] v5 = s5;
  wire [0:0] v7 = v5[7:7];
  wire [6:0] v8 = v7 ? 7'h00 : v5[6:0];
  always @(posedge clk)
    if (en) begin
      v0_1 <= v0;
      v2_2 <= v2;
    end
  wire _unused_ok = &{1'b0, i0_data, s5, v0_1, v2_2, v4, v5, v7, v8};
`ifdef QFX_TRACE
  qfx_trace #(.ID(2), .WIDTH(8), .LANES(1), .GROUP(2)) trace2 (
    .clk(clk), .rst(rst), .fire(en && valid[1]), .data({v5}));
`endif
  always @(posedge clk)
    if (en) o0_data <= {{1'd0, v8}};
endmodule
