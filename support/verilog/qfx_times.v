// (x * FACTOR) >> SHIFT of unsigned numbers, cut to OUT_WIDTH bits, without a multiplier: x shifted to
// each signed digit of the constant, no two neighbours of which are set, added up in a tree. What is
// subtracted enters inverted; the ones that are missing then are one constant. In a register where
// REGISTERED.
module qfx_times #(
    parameter X_WIDTH = 8,
    parameter FACTOR_WIDTH = 8,
    parameter [FACTOR_WIDTH-1:0] FACTOR = 85,
    parameter SHIFT = 8,
    parameter OUT_WIDTH = 8,
    parameter REGISTERED = 1
) (
    input  wire                 clk,
    input  wire                 en,
    input  wire [  X_WIDTH-1:0] x,
    output wire [OUT_WIDTH-1:0] y
);
  // The digits: the bits of FACTOR and of three times it.
  localparam PLACES = FACTOR_WIDTH + 2;
  localparam [PLACES-1:0] ONCE = {2'b0, FACTOR};
  localparam [PLACES-1:0] THRICE = ONCE + (ONCE << 1);
  localparam [PLACES-1:0] MINUS = (ONCE & ~THRICE) >> 1;
  localparam [PLACES-1:0] DIGITS = (ONCE ^ THRICE) >> 1;

  function integer ones;  // of `word`
    input [PLACES-1:0] word;
    reg [PLACES-1:0] rest;
    begin
      ones = 0;
      for (rest = word; rest != {PLACES{1'b0}}; rest = rest >> 1) if (rest[0]) ones = ones + 1;
    end
  endfunction
  function integer place;  // of the n-th digit, the lowest being the first
    input integer n;
    reg [PLACES-1:0] rest;
    integer left;
    begin
      place = -1;
      left  = n;
      for (rest = DIGITS; left > 0; rest = rest >> 1) begin
        place = place + 1;
        if (rest[0]) left = left - 1;
      end
    end
  endfunction
  // Levels of adders over n terms.
  function integer levels;
    input integer n;
    begin
      levels = 0;
      while (((n - 1) >> levels) != 0) levels = levels + 1;
    end
  endfunction

  localparam TERMS = ones(DIGITS) + 1;  // and the constant
  localparam LEVELS = levels(TERMS);
  localparam [31:0] MISSING = ones(MINUS);
  localparam WIDE = (SHIFT + OUT_WIDTH > X_WIDTH ? SHIFT + OUT_WIDTH : X_WIDTH) + 1;

  genvar l, i;
  generate
    for (l = 0; l <= LEVELS; l = l + 1) begin : level
      localparam COUNT = (TERMS + (1 << l) - 1) >> l;
      wire [COUNT*WIDE-1:0] value;
      for (i = 0; i < COUNT; i = i + 1) begin : sum
        if (l == 0 && i == 0) begin : constant
          wire [WIDE+31:0] missing = {{WIDE{1'b0}}, MISSING};
          assign value[WIDE-1:0] = missing[WIDE-1:0];
          wire _unused_ok = &{1'b0, missing};
        end else if (l == 0) begin : term
          localparam PLACE = place(i);
          wire [WIDE-1:0] shifted = {{(WIDE - X_WIDTH) {1'b0}}, x} << PLACE;
          assign value[i*WIDE+:WIDE] = shifted ^ {WIDE{MINUS[PLACE]}};
        end else if (2 * i + 1 < ((TERMS + (1 << (l - 1)) - 1) >> (l - 1))) begin : two
          assign value[i*WIDE+:WIDE] = level[l-1].value[2*i*WIDE+:WIDE] +
                                       level[l-1].value[(2*i+1)*WIDE+:WIDE];
        end else begin : one
          assign value[i*WIDE+:WIDE] = level[l-1].value[2*i*WIDE+:WIDE];
        end
      end
    end
  endgenerate

  wire [WIDE-1:0] product = level[LEVELS].value;
  generate
    if (REGISTERED != 0) begin : stage
      reg [OUT_WIDTH-1:0] held;
      always @(posedge clk) if (en) held <= product[SHIFT+:OUT_WIDTH];
      assign y = held;
    end else begin : no_stage
      assign y = product[SHIFT+:OUT_WIDTH];
      wire _unused_ok = &{1'b0, clk, en};
    end
  endgenerate
  wire _unused_ok = &{1'b0, product};
endmodule
