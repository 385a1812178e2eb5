// A frame of WORDS words leaves TIMES times. The memory holds two frames: one comes while the other
// leaves. LATENCY 2.
module qfx_repeat #(
    parameter WIDTH = 8,
    parameter WORDS = 4,
    parameter TIMES = 2
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
  localparam HELD_BITS = bits(2 * WORDS);
  localparam BITS = bits(2 * WORDS - 1);
  localparam WORD_BITS = bits(WORDS - 1);
  localparam TIME_BITS = bits(TIMES - 1);
  localparam [31:0] ALL = WORDS, BOTH = 2 * WORDS, TOP = 2 * WORDS - 1;
  localparam [31:0] LAST_WORD = WORDS - 1, LAST_TIME = TIMES - 1;

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
  reg [WORD_BITS-1:0] at;
  reg [TIME_BITS-1:0] times;
  reg [BITS-1:0] base, read_at;  // of the frame; of the word
  wire is_last_word = at == LAST_WORD[WORD_BITS-1:0];
  wire is_end = is_last_word && times == LAST_TIME[TIME_BITS-1:0];
  wire [BITS-1:0] other = base == {BITS{1'b0}} ? ALL[BITS-1:0] : {BITS{1'b0}};
  always @(posedge clk)
    if (rst) begin
      at <= {WORD_BITS{1'b0}};
      times <= {TIME_BITS{1'b0}};
      base <= {BITS{1'b0}};
      read_at <= {BITS{1'b0}};
    end else if (step) begin
      at <= is_last_word ? {WORD_BITS{1'b0}} : at + 1'b1;
      if (is_last_word) times <= is_end ? {TIME_BITS{1'b0}} : times + 1'b1;
      if (is_end) base <= other;
      read_at <= is_end ? other : is_last_word ? base : read_at + 1'b1;
    end

  always @(posedge clk)
    if (rst) held <= {HELD_BITS{1'b0}};
    else
      held <= held + {{(HELD_BITS - 1) {1'b0}}, accept} -
              (ALL[HELD_BITS-1:0] & {HELD_BITS{step && is_end}});

  // ---- the frames
  reg [WIDTH-1:0] words[0:2*WORDS-1];
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

  wire _unused_ok = &{1'b0, ALL, BOTH, TOP, LAST_WORD, LAST_TIME};
endmodule
