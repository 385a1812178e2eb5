// Something of each channel over a whole plane: a pixel's words one after another change as many rows
// of a memory, PIXELS times; then the rows leave, one at a step. What a change is is the caller's:
// `after` follows from `before`, which for the first pixel is zero, and from the word that is taken.
// A row is in `row` one edge after its step, with `is_row`.
module qfx_plane #(
    parameter WIDTH = 16,
    parameter ROWS = 4,
    parameter PIXELS = 9
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,
    input  wire             i_valid,
    output wire             i_ready,
    output wire             first,
    output wire [WIDTH-1:0] before,
    input  wire [WIDTH-1:0] after,
    output reg              is_row,
    output reg  [WIDTH-1:0] row
);
  // Bits that count from 0 to n - 1.
  function integer bits_of;
    input integer n;
    begin
      bits_of = 1;
      while ((1 << bits_of) < n) bits_of = bits_of + 1;
    end
  endfunction
  localparam ROW_BITS = bits_of(ROWS);
  localparam PIXEL_BITS = bits_of(PIXELS);
  localparam [31:0] LAST_ROW_WIDE = ROWS - 1, LAST_PIXEL_WIDE = PIXELS - 1;
  localparam [ROW_BITS-1:0] LAST_ROW = LAST_ROW_WIDE[ROW_BITS-1:0];
  localparam [PIXEL_BITS-1:0] LAST_PIXEL = LAST_PIXEL_WIDE[PIXEL_BITS-1:0];

  reg leaves;
  reg [ROW_BITS-1:0] at;
  reg [PIXEL_BITS-1:0] pixel;
  wire step = en && !rst && (leaves || i_valid);
  assign i_ready = en && !rst && !leaves;
  assign first = pixel == {PIXEL_BITS{1'b0}};
  always @(posedge clk)
    if (rst) begin
      leaves <= 1'b0;
      at <= {ROW_BITS{1'b0}};
      pixel <= {PIXEL_BITS{1'b0}};
    end else if (step) begin
      at <= at == LAST_ROW ? {ROW_BITS{1'b0}} : at + 1'b1;
      if (at == LAST_ROW) begin
        leaves <= !leaves && pixel == LAST_PIXEL;
        pixel <= leaves || pixel == LAST_PIXEL ? {PIXEL_BITS{1'b0}} : pixel + 1'b1;
      end
    end

  (* ram_style = "distributed" *) reg [WIDTH-1:0] rows[0:ROWS-1];
  assign before = first ? {WIDTH{1'b0}} : rows[at];
  always @(posedge clk) if (step && !leaves) rows[at] <= after;
  always @(posedge clk) if (en) row <= rows[at];
  always @(posedge clk)
    if (rst) is_row <= 1'b0;
    else if (en) is_row <= step && leaves;
endmodule
