// Words of IN units to words of OUT units. Units come in groups of GROUP; the last word of each has
// what is left of its group in its low units, and anything above. OUT divides the units of a frame.
//
// A step takes a word where fewer than OUT units are held, and gives one where OUT are held then.
// With units as large as may be (the greatest common divisor of the three in elements) the usual
// cases are plain shift registers: IN = 1, words put together, and OUT = 1, words taken apart.
// LATENCY 1.
module qfx_repack #(
    parameter WIDTH = 8,  // of a unit
    parameter IN = 1,
    parameter OUT = 2,
    parameter GROUP = 2
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i0_valid,
    output wire                 i0_ready,
    input  wire [ IN*WIDTH-1:0] i0_data,
    output reg                  o0_valid,
    input  wire                 o0_ready,
    output reg  [OUT*WIDTH-1:0] o0_data
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction
  localparam KEPT = IN > OUT ? IN - 1 : OUT - 1;  // units held between two steps, at most
  localparam BITS = bits(OUT + IN);
  localparam REST = GROUP % IN;  // units in the last word of a group; 0: all
  localparam WORDS = (GROUP + IN - 1) / IN;
  localparam WORD_BITS = bits(WORDS - 1);
  localparam [31:0] IN_UNITS = IN, OUT_UNITS = OUT, REST_UNITS = REST, LAST_WORD = WORDS - 1;

  wire en = !o0_valid || o0_ready;
  reg [BITS-1:0] held;
  wire take = held < OUT_UNITS[BITS-1:0];
  assign i0_ready = en && take && !rst;
  wire step = en && (i0_valid || !take);

  wire is_rest;  // the word is the last of its group, and not full
  generate
    if (REST == 0) begin : full_words
      assign is_rest = 1'b0;
    end else begin : last_words
      reg [WORD_BITS-1:0] word;
      assign is_rest = word == LAST_WORD[WORD_BITS-1:0];
      always @(posedge clk)
        if (rst) word <= {WORD_BITS{1'b0}};
        else if (step && take) word <= is_rest ? {WORD_BITS{1'b0}} : word + 1'b1;
    end
  endgenerate

  wire [BITS-1:0] coming = is_rest ? REST_UNITS[BITS-1:0] : IN_UNITS[BITS-1:0];
  wire [BITS-1:0] there = held + (coming & {BITS{take}});
  wire give = there >= OUT_UNITS[BITS-1:0];
  always @(posedge clk)
    if (rst) held <= {BITS{1'b0}};
    else if (step) held <= there - (OUT_UNITS[BITS-1:0] & {BITS{give}});
  always @(posedge clk)
    if (rst) o0_valid <= 1'b0;
    else if (en) o0_valid <= step && give;

  generate
    if (IN == 1 && OUT == 1) begin : pass
      always @(posedge clk) if (step) o0_data <= i0_data;
    end else if (IN == 1) begin : put_together
      // The newest at the top: after OUT of them the first is at the bottom.
      reg [(OUT-1)*WIDTH-1:0] kept;
      wire [OUT*WIDTH-1:0] all = {i0_data, kept};
      always @(posedge clk)
        if (step) begin
          kept <= all[OUT*WIDTH-1:WIDTH];
          if (give) o0_data <= all;
        end
    end else if (OUT == 1) begin : take_apart
      reg [(IN-1)*WIDTH-1:0] kept;
      wire [IN*WIDTH-1:0] all = take ? i0_data : {{WIDTH{1'b0}}, kept};
      always @(posedge clk)
        if (step) begin
          kept <= all[IN*WIDTH-1:WIDTH];
          o0_data <= all[WIDTH-1:0];
        end
    end else begin : shift
      localparam ALL = OUT - 1 + IN;
      localparam HELD_BITS = bits(OUT - 1);
      reg [KEPT*WIDTH-1:0] kept;  // zeros above what is held
      // What comes, behind what is held: a shift by each bit of its number.
      localparam [IN*WIDTH-1:0] ONES = {IN * WIDTH{1'b1}};
      localparam [IN*WIDTH-1:0] LEFT = ONES >> (((IN - REST) % IN) * WIDTH);
      wire [IN*WIDTH-1:0] real_units = (is_rest ? LEFT : ONES) & {IN * WIDTH{take}};
      genvar b;
      for (b = 0; b < HELD_BITS; b = b + 1) begin : place
        wire [ALL*WIDTH-1:0] from, to;
        if (b == 0) begin : first
          assign from = {{(ALL - IN) * WIDTH{1'b0}}, i0_data & real_units};
        end else begin : later
          assign from = place[b-1].to;
        end
        assign to = held[b] ? from << ((1 << b) * WIDTH) : from;
      end
      wire [ALL*WIDTH-1:0] all = place[HELD_BITS-1].to | {{(ALL - KEPT) * WIDTH{1'b0}}, kept};
      wire [ALL*WIDTH-1:0] left = give ? all >> (OUT * WIDTH) : all;
      always @(posedge clk)
        if (rst) kept <= {KEPT * WIDTH{1'b0}};
        else if (step) kept <= left[KEPT*WIDTH-1:0];
      always @(posedge clk) if (step && give) o0_data <= all[OUT*WIDTH-1:0];
      wire _unused_ok = &{1'b0, left};
    end
  endgenerate
  wire _unused_ok = &{1'b0, IN_UNITS, OUT_UNITS, REST_UNITS, LAST_WORD};
endmodule
