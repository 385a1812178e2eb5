// Words under another index: what comes lies in a memory of BUFFER words, and nested loops read it.
//
// The loops of a frame, the first innermost; the outermost of them go from one block of the input to
// the next. A round is a block: it begins when the block's last word has come, and its end frees the
// words that no later block reads (qfx_ring_fill). The next ones come meanwhile. Addresses count
// modulo the memory's size and move by constants (qfx_position).
//
// Where `en` is true and the round has begun a step is issued; one edge later `data` holds its word.
module qfx_move #(
    parameter WIDTH = 8,
    parameter BUFFER = 4,
    parameter ADDRESS_WIDTH = 2,
    parameter BLOCK = 0,  // of block RAM
    parameter LEVELS = 2,
    parameter [32*LEVELS-1:0] COUNTS = {LEVELS{32'd1}},
    parameter [32*(LEVELS+1)-1:0] ADDRESS_STEPS = {(LEVELS + 1) {32'd0}},
    parameter ADDRESS_START = 0,
    parameter INNER = 1,  // loops of a block
    parameter FILL_COLUMNS = 1,
    parameter FILL_ROWS = 1,
    parameter FILL_WIDTH = 4,
    parameter FREE_WIDTH = 4,
    parameter FIRST_NEED = 1,
    parameter COLUMN_FILE = "",
    parameter ROW_FILE = ""
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,
    input  wire             i_valid,
    output wire             i_ready,
    input  wire [WIDTH-1:0] i_data,
    output reg              valid,
    output wire [WIDTH-1:0] data
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
  wire [LEVELS-1:0] ended;
  qfx_loops #(
      .LEVELS(LEVELS),
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
      .round_ends(step && ended[INNER-1])
  );

  wire [ADDRESS_WIDTH-1:0] read_at;
  qfx_position #(
      .LEVELS(LEVELS),
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
  always @(posedge clk)
    if (rst) valid <= 1'b0;
    else if (en) valid <= step;

  wire _unused_ok = &{1'b0, LAST_ADDRESS, ended};
endmodule
