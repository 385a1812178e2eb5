// How full a ring of BUFFER words is, and whether the next round of steps has the words it needs.
//
// Two numbers are kept: `held`, the words that came and are not free, and `spare`, those of the frame
// that came beyond what the round needs. Between two rounds of a frame both change by constants, which
// are read from two files: a word for each of COLUMNS rounds, and for each of ROWS one that stands for
// the round at the end of the row. A word is {keep, free, need}: how far the need grows to the next
// round, signed; the words that become free; whether the columns of this row free none.
// A word that comes at a clock edge counts in the next cycle.
module qfx_ring_fill #(
    parameter BUFFER = 4,
    parameter COLUMNS = 1,
    parameter ROWS = 1,
    parameter WIDTH = 4,  // of spare and need, signed
    parameter FREE_WIDTH = 4,  // of held and free, signed: words may be free before they come
    parameter FIRST_NEED = 1,
    parameter COLUMN_FILE = "",
    parameter ROW_FILE = ""
) (
    input  wire clk,
    input  wire rst,
    output wire ready,
    input  wire accept,     // a word comes
    output wire begins,     // the round has its words
    input  wire round_ends  // its last step
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction
  localparam [31:0] LIMIT = BUFFER;
  localparam [31:0] SPARE_AT_FIRST = -FIRST_NEED;
  localparam ENTRY = 1 + FREE_WIDTH + WIDTH;
  localparam ROW_BITS = bits(ROWS - 1);
  localparam [31:0] LAST_ROW = ROWS - 1;

`ifdef YOSYS
  // "distributed" it takes for RAM, which cannot be filled.
  (* rom_style = "logic" *) reg [ENTRY-1:0] rows[0:ROWS-1];
`else
  (* rom_style = "distributed" *) reg [ENTRY-1:0] rows[0:ROWS-1];
`endif
  generate
    if (ROW_FILE != "") begin : contents_of_rows
      initial $readmemh(ROW_FILE, rows);
    end
  endgenerate
  reg [ROW_BITS-1:0] row_at;
  wire [ENTRY-1:0] row = rows[row_at];

  wire row_ends;
  wire [ENTRY-1:0] change;
  always @(posedge clk)
    if (rst) row_at <= {ROW_BITS{1'b0}};
    else if (round_ends && row_ends)
      row_at <= row_at == LAST_ROW[ROW_BITS-1:0] ? {ROW_BITS{1'b0}} : row_at + 1'b1;

  generate
    if (COLUMNS == 1) begin : one
      assign row_ends = 1'b1;
      assign change = row;
    end else begin : many
      localparam COLUMN_BITS = bits(COLUMNS - 1);
      localparam [31:0] LAST = COLUMNS - 1;
`ifdef YOSYS
      (* rom_style = "logic" *) reg [ENTRY-1:0] columns[0:COLUMNS-1];
`else
      (* rom_style = "distributed" *) reg [ENTRY-1:0] columns[0:COLUMNS-1];
`endif
      if (COLUMN_FILE != "") begin : contents
        initial $readmemh(COLUMN_FILE, columns);
      end
      reg [COLUMN_BITS-1:0] at;
      assign row_ends = at == LAST[COLUMN_BITS-1:0];
      always @(posedge clk)
        if (rst) at <= {COLUMN_BITS{1'b0}};
        else if (round_ends) at <= row_ends ? {COLUMN_BITS{1'b0}} : at + 1'b1;
      wire [ENTRY-1:0] column = columns[at];
      wire [FREE_WIDTH-1:0] freed = column[WIDTH+:FREE_WIDTH] & ~{FREE_WIDTH{row[ENTRY-1]}};
      assign change = row_ends ? row : {column[ENTRY-1], freed, column[WIDTH-1:0]};
    end
  endgenerate

  reg [WIDTH-1:0] spare;
  reg [FREE_WIDTH-1:0] held;
  assign begins = !spare[WIDTH-1];
  assign ready = !rst && $signed(held) < $signed(LIMIT[FREE_WIDTH-1:0]);
  always @(posedge clk)
    if (rst) begin
      spare <= SPARE_AT_FIRST[WIDTH-1:0];
      held  <= {FREE_WIDTH{1'b0}};
    end else begin
      spare <= spare + {{(WIDTH - 1) {1'b0}}, accept} - (change[WIDTH-1:0] & {WIDTH{round_ends}});
      held <= held + {{(FREE_WIDTH - 1) {1'b0}}, accept} -
              (change[WIDTH+:FREE_WIDTH] & {FREE_WIDTH{round_ends}});
    end

  wire _unused_ok = &{1'b0, LIMIT, LAST_ROW, SPARE_AT_FIRST, change[ENTRY-1]};
endmodule
