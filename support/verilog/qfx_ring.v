// A window over images that come word by word: the last BUFFER words lie in a memory, and every step
// reads one of them.
//
// The loops of a frame, innermost first: three within a block (a window's rows, columns and words of
// a pixel in the order that is wanted), blocks that read the same words, groups of blocks that each
// read others, columns and rows of windows; then the next frame. A round is the blocks of a window:
// it begins when its last word has come, and its end frees the words that no later window reads
// (qfx_ring_fill). The next frame's words come in while this one is worked on.
//
// Addresses count from a virtual origin, the padding among them, modulo the size of the ring, and move
// by constants (qfx_position). Whether a step lies in the padding is found by comparing its place.
//
// Where `en` is true and the round has begun a step is issued. One edge later `data` holds its word
// and `valid` is set, with its flags; `index`, its number within the window, is there as it is issued.
module qfx_ring #(
    parameter WIDTH = 8,
    parameter BUFFER = 4,
    parameter ADDRESS_WIDTH = 2,
    parameter BLOCK = 0,  // of block RAM
    parameter [32*7-1:0] COUNTS = {7{32'd1}},  // of the loops
    parameter [32*8-1:0] ADDRESS_STEPS = {8{32'd0}},
    parameter ADDRESS_START = 0,
    parameter INDEX_WIDTH = 1,
    parameter [32*8-1:0] INDEX_STEPS = {8{32'd0}},
    parameter PADDED = 0,
    parameter PLACE_WIDTH = 2,  // of a row's and a column's number, signed
    parameter IMAGE_HEIGHT = 1,
    parameter IMAGE_WIDTH = 1,
    parameter [32*8-1:0] ROW_STEPS = {8{32'd0}},
    parameter ROW_START = 0,
    parameter [32*8-1:0] COLUMN_STEPS = {8{32'd0}},
    parameter COLUMN_START = 0,
    parameter FILL_COLUMNS = 1,
    parameter FILL_ROWS = 1,
    parameter FILL_WIDTH = 4,
    parameter FREE_WIDTH = 4,
    parameter FIRST_NEED = 1,
    parameter COLUMN_FILE = "",
    parameter ROW_FILE = ""
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   en,
    input  wire                   i_valid,
    output wire                   i_ready,
    input  wire [      WIDTH-1:0] i_data,
    output wire [INDEX_WIDTH-1:0] index,
    output reg                    valid,
    output reg                    first,   // of a block
    output reg                    last,    // of a block
    output reg                    padded,
    output wire [      WIDTH-1:0] data
);
  localparam [31:0] LAST_ADDRESS = BUFFER - 1;

  wire accept = i_valid && i_ready;
  reg [ADDRESS_WIDTH-1:0] write_at;
  always @(posedge clk)
    if (rst) write_at <= {ADDRESS_WIDTH{1'b0}};
    else if (accept)
      write_at <= write_at == LAST_ADDRESS[ADDRESS_WIDTH-1:0] ? {ADDRESS_WIDTH{1'b0}}
                                                              : write_at + 1'b1;

  wire begins;
  wire step = en && begins;
  wire [6:0] ended;
  qfx_loops #(
      .LEVELS(7),
      .COUNTS(COUNTS)
  ) loops (
      .clk(clk),
      .rst(rst),
      .step(step),
      .ended(ended)
  );

  qfx_ring_fill #(
      .BUFFER(BUFFER),
      .COLUMNS(FILL_COLUMNS),
      .ROWS(FILL_ROWS),
      .WIDTH(FILL_WIDTH),
      .FREE_WIDTH(FREE_WIDTH),
      .FIRST_NEED(FIRST_NEED),
      .COLUMN_FILE(COLUMN_FILE),
      .ROW_FILE(ROW_FILE)
  ) fill (
      .clk(clk),
      .rst(rst),
      .ready(i_ready),
      .accept(accept),
      .begins(begins),
      .round_ends(step && ended[4])
  );

  wire [ADDRESS_WIDTH-1:0] read_at;
  qfx_position #(
      .LEVELS(7),
      .WIDTH(ADDRESS_WIDTH),
      .MODULUS(BUFFER),
      .START(ADDRESS_START),
      .STEPS(ADDRESS_STEPS)
  ) address (
      .clk(clk),
      .rst(rst),
      .step(step),
      .ended(ended),
      .at(read_at)
  );
  qfx_position #(
      .LEVELS(7),
      .WIDTH(INDEX_WIDTH),
      .STEPS(INDEX_STEPS)
  ) number (
      .clk(clk),
      .rst(rst),
      .step(step),
      .ended(ended),
      .at(index)
  );

  wire inside;
  generate
    if (PADDED != 0) begin : padding
      localparam [31:0] HEIGHT = IMAGE_HEIGHT;
      localparam [31:0] LENGTH = IMAGE_WIDTH;
      wire [PLACE_WIDTH-1:0] row, column;
      qfx_position #(
          .LEVELS(7),
          .WIDTH(PLACE_WIDTH),
          .START(ROW_START),
          .STEPS(ROW_STEPS)
      ) row_of_step (
          .clk(clk),
          .rst(rst),
          .step(step),
          .ended(ended),
          .at(row)
      );
      qfx_position #(
          .LEVELS(7),
          .WIDTH(PLACE_WIDTH),
          .START(COLUMN_START),
          .STEPS(COLUMN_STEPS)
      ) column_of_step (
          .clk(clk),
          .rst(rst),
          .step(step),
          .ended(ended),
          .at(column)
      );
      // A negative number is a large one without its sign.
      assign inside = row < HEIGHT[PLACE_WIDTH-1:0] && column < LENGTH[PLACE_WIDTH-1:0];
      wire _unused_ok = &{1'b0, HEIGHT, LENGTH};
    end else begin : no_padding
      assign inside = 1'b1;
    end
  endgenerate

  reg fresh;  // the next step is the first of a block
  always @(posedge clk)
    if (rst) fresh <= 1'b1;
    else if (step) fresh <= ended[2];
  always @(posedge clk)
    if (rst) valid <= 1'b0;
    else if (en) valid <= step;
  always @(posedge clk)
    if (en) begin
      first  <= fresh;
      last   <= ended[2];
      padded <= !inside;
    end

  qfx_ram #(
      .WIDTH(WIDTH),
      .DEPTH(BUFFER),
      .ADDRESS_WIDTH(ADDRESS_WIDTH),
      .BLOCK(BLOCK)
  ) memory (
      .clk(clk),
      .write(accept),
      .write_address(write_at),
      .write_data(i_data),
      .read(en),
      .read_address(read_at),
      .read_data(data)
  );

  wire _unused_ok = &{1'b0, LAST_ADDRESS, ended};
endmodule
