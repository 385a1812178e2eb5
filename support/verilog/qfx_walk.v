// A window that walks over padded images pixel by pixel, all of its taps in registers, the rows above
// its last one in a memory.
//
// A place of the padded image is one step, which takes a word where it lies on the image, or as many
// steps as BLOCKS where a window ends there; the first of them takes the word. One edge after the issue
// of a step that gives, `taps` holds the window, row by row, and `valid` is set; `block`, which of the
// BLOCKS it is, is there as it is issued. Padding is zero.
module qfx_walk #(
    parameter WIDTH = 8,  // of a pixel
    parameter IMAGE_HEIGHT = 4,
    parameter IMAGE_WIDTH = 4,
    parameter KERNEL_HEIGHT = 3,
    parameter KERNEL_WIDTH = 3,
    parameter STRIDE_Y = 1,
    parameter STRIDE_X = 1,
    parameter DILATION_Y = 1,
    parameter DILATION_X = 1,
    parameter PADDING_TOP = 0,
    parameter PADDING_LEFT = 0,
    parameter PADDING_BOTTOM = 0,
    parameter PADDING_RIGHT = 0,
    parameter BLOCKS = 1,
    parameter BLOCK_WIDTH = 1,
    parameter BLOCK_RAM = 0
) (
    input  wire                                        clk,
    input  wire                                        rst,
    input  wire                                        en,
    input  wire                                        i_valid,
    output wire                                        i_ready,
    input  wire [                           WIDTH-1:0] i_data,
    output wire [                     BLOCK_WIDTH-1:0] block,
    output reg                                         valid,
    output wire [KERNEL_HEIGHT*KERNEL_WIDTH*WIDTH-1:0] taps
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction

  localparam [31:0] ROWS = IMAGE_HEIGHT + PADDING_TOP + PADDING_BOTTOM;
  localparam [31:0] COLUMNS = IMAGE_WIDTH + PADDING_LEFT + PADDING_RIGHT;
  localparam ROW_BITS = bits(ROWS);
  localparam COLUMN_BITS = bits(COLUMNS);
  localparam [31:0] LAST_ROW = ROWS - 1;
  localparam [31:0] LAST_COLUMN = COLUMNS - 1;
  localparam [31:0] TOP = PADDING_TOP;
  localparam [31:0] LEFT = PADDING_LEFT;
  localparam [31:0] BOTTOM = PADDING_TOP + IMAGE_HEIGHT;
  localparam [31:0] RIGHT = PADDING_LEFT + IMAGE_WIDTH;

  reg [ROW_BITS-1:0] row;
  reg [COLUMN_BITS-1:0] column;
  wire last_row = row == LAST_ROW[ROW_BITS-1:0];
  wire last_column = column == LAST_COLUMN[COLUMN_BITS-1:0];
  wire inside_y = (PADDING_TOP == 0 || row >= TOP[ROW_BITS-1:0]) &&
                  (PADDING_BOTTOM == 0 || row < BOTTOM[ROW_BITS-1:0]);
  wire inside_x = (PADDING_LEFT == 0 || column >= LEFT[COLUMN_BITS-1:0]) &&
                  (PADDING_RIGHT == 0 || column < RIGHT[COLUMN_BITS-1:0]);
  wire in_image = inside_y && inside_x;

  // Places until a window ends in this row and in this column.
  localparam [31:0] UNTIL_Y = (KERNEL_HEIGHT - 1) * DILATION_Y;
  localparam [31:0] UNTIL_X = (KERNEL_WIDTH - 1) * DILATION_X;
  localparam [31:0] AGAIN_Y = STRIDE_Y - 1;
  localparam [31:0] AGAIN_X = STRIDE_X - 1;
  localparam Y_BITS = bits(UNTIL_Y > AGAIN_Y ? UNTIL_Y : AGAIN_Y);
  localparam X_BITS = bits(UNTIL_X > AGAIN_X ? UNTIL_X : AGAIN_X);
  reg [Y_BITS-1:0] until_y;
  reg [X_BITS-1:0] until_x;
  wire due = until_y == {Y_BITS{1'b0}} && until_x == {X_BITS{1'b0}};

  wire first_block, last_block;
  wire takes = in_image && first_block;
  wire step = en && (i_valid || !takes);
  assign i_ready = en && takes && !rst;
  wire shift = step && first_block;
  wire move = step && (last_block || !due);

  always @(posedge clk)
    if (rst) begin
      row <= {ROW_BITS{1'b0}};
      column <= {COLUMN_BITS{1'b0}};
      until_y <= UNTIL_Y[Y_BITS-1:0];
      until_x <= UNTIL_X[X_BITS-1:0];
    end else if (move) begin
      column <= last_column ? {COLUMN_BITS{1'b0}} : column + 1'b1;
      until_x <= last_column ? UNTIL_X[X_BITS-1:0] :
                 until_x == {X_BITS{1'b0}} ? AGAIN_X[X_BITS-1:0] : until_x - 1'b1;
      if (last_column) begin
        row <= last_row ? {ROW_BITS{1'b0}} : row + 1'b1;
        until_y <= last_row ? UNTIL_Y[Y_BITS-1:0] :
                   until_y == {Y_BITS{1'b0}} ? AGAIN_Y[Y_BITS-1:0] : until_y - 1'b1;
      end
    end

  generate
    if (BLOCKS == 1) begin : one_block
      assign first_block = 1'b1;
      assign last_block = 1'b1;
      assign block = {BLOCK_WIDTH{1'b0}};
    end else begin : blocks
      localparam [31:0] LAST = BLOCKS - 1;
      reg [BLOCK_WIDTH-1:0] at;
      assign first_block = at == {BLOCK_WIDTH{1'b0}};
      assign last_block = at == LAST[BLOCK_WIDTH-1:0];
      assign block = at;
      always @(posedge clk)
        if (rst) at <= {BLOCK_WIDTH{1'b0}};
        else if (step && due) at <= last_block ? {BLOCK_WIDTH{1'b0}} : at + 1'b1;
      wire _unused_ok = &{1'b0, LAST};
    end
  endgenerate

  always @(posedge clk)
    if (rst) valid <= 1'b0;
    else if (en) valid <= step && due;

  // What enters each row of registers, the last one lowest.
  wire [KERNEL_HEIGHT*WIDTH-1:0] entering;
  assign entering[WIDTH-1:0] = i_data & {WIDTH{in_image}};

  localparam DELAY = COLUMNS * DILATION_Y;
  localparam HELD = (KERNEL_HEIGHT - 1) * WIDTH;
  localparam DELAY_BITS = bits(DELAY - 1);
  generate
    if (KERNEL_HEIGHT == 1) begin : one_row
      wire _unused_ok = &{1'b0, DELAY_BITS[0], HELD[0], BLOCK_RAM[0]};
    end else if (DELAY == 1) begin : one_column
      reg [HELD-1:0] held;
      always @(posedge clk) if (shift) held <= entering[HELD-1:0];
      assign entering[HELD+WIDTH-1:WIDTH] = held;
      wire _unused_ok = &{1'b0, DELAY_BITS[0], BLOCK_RAM[0]};
    end else begin : rows
      localparam [31:0] LAST = DELAY - 1;
      reg [DELAY_BITS-1:0] at;
      wire [DELAY_BITS-1:0] next = at == LAST[DELAY_BITS-1:0] ? {DELAY_BITS{1'b0}} : at + 1'b1;
      always @(posedge clk)
        if (rst) at <= {DELAY_BITS{1'b0}};
        else if (shift) at <= next;
      // What is read here is used at the next shift, a row's length after it was written.
      qfx_ram #(
          .WIDTH(HELD),
          .DEPTH(DELAY),
          .ADDRESS_WIDTH(DELAY_BITS),
          .BLOCK(BLOCK_RAM)
      ) memory (
          .clk(clk),
          .write(shift),
          .write_address(at),
          .write_data(entering[HELD-1:0]),
          .read(shift),
          .read_address(next),
          .read_data(entering[HELD+WIDTH-1:WIDTH])
      );
      wire _unused_ok = &{1'b0, LAST};
    end
  endgenerate

  localparam LENGTH = (KERNEL_WIDTH - 1) * DILATION_X + 1;  // of a row of registers
  genvar y, x;
  generate
    for (y = 0; y < KERNEL_HEIGHT; y = y + 1) begin : tap_row
      wire [WIDTH-1:0] in = entering[(KERNEL_HEIGHT-1-y)*WIDTH+:WIDTH];
      reg [LENGTH*WIDTH-1:0] pixels;  // the newest lowest
      if (LENGTH == 1) begin : one
        always @(posedge clk) if (shift) pixels <= in;
      end else begin : many
        always @(posedge clk) if (shift) pixels <= {pixels[(LENGTH-1)*WIDTH-1:0], in};
      end
      for (x = 0; x < KERNEL_WIDTH; x = x + 1) begin : tap
        assign taps[(y*KERNEL_WIDTH+x)*WIDTH+:WIDTH] =
            pixels[(KERNEL_WIDTH-1-x)*DILATION_X*WIDTH+:WIDTH];
      end
      wire _unused_ok = &{1'b0, pixels};
    end
  endgenerate

  wire _unused_ok = &{1'b0, LAST_ROW, LAST_COLUMN, TOP, LEFT, BOTTOM, RIGHT, UNTIL_Y, UNTIL_X,
                      AGAIN_Y, AGAIN_X, inside_y, inside_x};
endmodule
