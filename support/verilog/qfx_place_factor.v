// The factor of a window's place: that of its row times that of its column, for windows that come row
// by row with WORDS words each. `factor` is set one edge after `ends`, which a word's end makes.
module qfx_place_factor #(
    parameter WORDS = 1,
    parameter ROWS = 2,
    parameter COLUMNS = 2,
    parameter WIDTH = 8,  // of each factor and of their product
    parameter [32*ROWS-1:0] ROW_FACTORS = {32'd2, 32'd3},
    parameter [32*COLUMNS-1:0] COLUMN_FACTORS = {32'd2, 32'd3}
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,
    input  wire             ends,
    output reg  [WIDTH-1:0] factor
);
  // Bits that count from 0 to n - 1.
  function integer bits_of;
    input integer n;
    begin
      bits_of = 1;
      while ((1 << bits_of) < n) bits_of = bits_of + 1;
    end
  endfunction
  localparam WORD_BITS = bits_of(WORDS);
  localparam ROW_BITS = bits_of(ROWS);
  localparam COLUMN_BITS = bits_of(COLUMNS);
  localparam [31:0] LAST_WORD = WORDS - 1, LAST_ROW = ROWS - 1, LAST_COLUMN = COLUMNS - 1;

  reg [WORD_BITS-1:0] word;
  reg [ROW_BITS-1:0] row;
  reg [COLUMN_BITS-1:0] column;
  wire last_word = word == LAST_WORD[WORD_BITS-1:0];
  wire last_row = row == LAST_ROW[ROW_BITS-1:0];
  wire last_column = column == LAST_COLUMN[COLUMN_BITS-1:0];
  always @(posedge clk)
    if (rst) begin
      word <= {WORD_BITS{1'b0}};
      row <= {ROW_BITS{1'b0}};
      column <= {COLUMN_BITS{1'b0}};
    end else if (en && ends) begin
      word <= last_word ? {WORD_BITS{1'b0}} : word + 1'b1;
      if (last_word) column <= last_column ? {COLUMN_BITS{1'b0}} : column + 1'b1;
      if (last_word && last_column) row <= last_row ? {ROW_BITS{1'b0}} : row + 1'b1;
    end

  // Few of them differ: what is left are some comparisons.
  integer i;
  reg [WIDTH-1:0] row_factor, column_factor;
  always @* begin
    row_factor = {WIDTH{1'b0}};
    column_factor = {WIDTH{1'b0}};
    for (i = 0; i < ROWS; i = i + 1)
      if (row == i[ROW_BITS-1:0]) row_factor = ROW_FACTORS[32*i+:WIDTH];
    for (i = 0; i < COLUMNS; i = i + 1)
      if (column == i[COLUMN_BITS-1:0]) column_factor = COLUMN_FACTORS[32*i+:WIDTH];
  end
  always @(posedge clk) if (en) factor <= row_factor * column_factor;

  wire _unused_ok = &{1'b0, LAST_WORD, LAST_ROW, LAST_COLUMN, ROW_FACTORS, COLUMN_FACTORS};
endmodule
