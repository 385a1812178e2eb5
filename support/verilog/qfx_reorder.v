// A frame of PIXELS x CHANNELS words that comes pixel by pixel leaves channel by channel. The memory
// holds two: one comes while the other leaves. LATENCY 2.
module qfx_reorder #(
    parameter WIDTH = 8,
    parameter PIXELS = 4,
    parameter CHANNELS = 2
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i0_valid,
    output wire             i0_ready,
    input  wire [WIDTH-1:0] i0_data,
    output reg              o0_valid,
    input  wire             o0_ready,
    output reg  [WIDTH-1:0] o0_data
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction
  localparam FRAME = PIXELS * CHANNELS;
  localparam HELD_BITS = bits(2 * FRAME);
  localparam BITS = bits(2 * FRAME - 1);
  localparam PIXEL_BITS = bits(PIXELS - 1);
  localparam CHANNEL_BITS = bits(CHANNELS - 1);
  localparam [31:0] ALL = FRAME, BOTH = 2 * FRAME, TOP = 2 * FRAME - 1, STRIDE = CHANNELS;
  localparam [31:0] LAST_PIXEL = PIXELS - 1, LAST_CHANNEL = CHANNELS - 1;

  wire en = !o0_valid || o0_ready;

  // ---- what comes
  reg [HELD_BITS-1:0] held;
  reg [BITS-1:0] write_at;
  assign i0_ready = !rst && held < BOTH[HELD_BITS-1:0];
  wire accept = i0_valid && i0_ready;
  always @(posedge clk)
    if (rst) write_at <= {BITS{1'b0}};
    else if (accept) write_at <= write_at == TOP[BITS-1:0] ? {BITS{1'b0}} : write_at + 1'b1;

  // ---- what leaves
  wire step = en && held >= ALL[HELD_BITS-1:0];
  reg [PIXEL_BITS-1:0] pixel;
  reg [CHANNEL_BITS-1:0] channel;
  reg [BITS-1:0] base, read_at;  // of the frame; of the element
  wire is_row_end = pixel == LAST_PIXEL[PIXEL_BITS-1:0];
  wire is_end = is_row_end && channel == LAST_CHANNEL[CHANNEL_BITS-1:0];
  wire [BITS-1:0] other = base == {BITS{1'b0}} ? ALL[BITS-1:0] : {BITS{1'b0}};
  wire [BITS-1:0] next_channel = {{(BITS - CHANNEL_BITS) {1'b0}}, channel} + 1'b1;
  always @(posedge clk)
    if (rst) begin
      pixel <= {PIXEL_BITS{1'b0}};
      channel <= {CHANNEL_BITS{1'b0}};
      base <= {BITS{1'b0}};
      read_at <= {BITS{1'b0}};
    end else if (step) begin
      pixel <= is_row_end ? {PIXEL_BITS{1'b0}} : pixel + 1'b1;
      if (is_row_end) channel <= is_end ? {CHANNEL_BITS{1'b0}} : channel + 1'b1;
      if (is_end) base <= other;
      read_at <= is_end ? other : is_row_end ? base + next_channel : read_at + STRIDE[BITS-1:0];
    end

  always @(posedge clk)
    if (rst) held <= {HELD_BITS{1'b0}};
    else
      held <= held + {{(HELD_BITS - 1) {1'b0}}, accept} -
              (ALL[HELD_BITS-1:0] & {HELD_BITS{step && is_end}});

  // ---- the frames
  reg [WIDTH-1:0] words[0:2*FRAME-1];
  reg [WIDTH-1:0] word;
  always @(posedge clk) begin
    if (accept) words[write_at] <= i0_data;
    if (en) word <= words[read_at];
  end

  reg word_valid;
  always @(posedge clk)
    if (rst) begin
      word_valid <= 1'b0;
      o0_valid   <= 1'b0;
    end else if (en) begin
      word_valid <= step;
      o0_valid   <= word_valid;
    end
  always @(posedge clk) if (en) o0_data <= word;

  wire _unused_ok = &{1'b0, ALL, BOTH, TOP, STRIDE, LAST_PIXEL, LAST_CHANNEL};
endmodule
