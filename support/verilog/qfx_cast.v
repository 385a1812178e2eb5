// The one rounding of a node: the raw value x * 2^-IN_FRAC to the output's format. Combinational.
// It states the law of include/qfx/fixed/convert.h: round, then bring into range.
//
// IN_FRAC and OUT_FRAC may be negative or exceed their widths. ROUNDING and OVERFLOW are numbered
// as in include/qfx/fixed/format.h:
//   ROUNDING 0 RND, 1 RND_ZERO, 2 RND_MIN_INF, 3 RND_INF, 4 RND_CONV, 5 TRN, 6 TRN_ZERO,
//            7 RND_CONV_ODD
//   OVERFLOW 0 SAT, 1 SAT_ZERO, 2 SAT_SYM, 3 WRAP, 4 WRAP_SM (signed only)
// N_BITS is N of WRAP and WRAP_SM.
module qfx_cast #(
    parameter IN_WIDTH = 8,
    parameter IN_FRAC = 0,
    parameter IN_SIGNED = 1,
    parameter OUT_WIDTH = 8,
    parameter OUT_FRAC = 0,
    parameter OUT_SIGNED = 1,
    parameter ROUNDING = 5,
    parameter OVERFLOW = 3,
    parameter N_BITS = 0
) (
    input  wire [ IN_WIDTH-1:0] x,
    output wire [OUT_WIDTH-1:0] y
);
  // x on the finer of both grids, its lowest DROP bits below the output's.
  localparam DROP = IN_FRAC > OUT_FRAC ? IN_FRAC - OUT_FRAC : 0;
  localparam LEFT = OUT_FRAC > IN_FRAC ? OUT_FRAC - IN_FRAC : 0;
  localparam KEPT = IN_WIDTH + (IN_SIGNED != 0 ? 0 : 1) + LEFT - DROP;
  localparam WHOLE = (KEPT > 1 ? KEPT : 1) + 1;  // the floor's, and a bit for rounding up
  localparam WIDE = WHOLE + DROP;

  wire sign = IN_SIGNED != 0 && x[IN_WIDTH-1];
  wire [WIDE-1:0] wide = {{(WIDE - IN_WIDTH) {sign}}, x} << LEFT;

  // ---- rounding
  localparam HALF = DROP > 0 ? DROP - 1 : 0;
  localparam REST = DROP > 1 ? DROP - 1 : 1;
  localparam ROUNDS = DROP > 0 && ROUNDING != 5;
  wire half = DROP > 0 && wide[HALF];
  wire rest = DROP > 1 && (|wide[REST-1:0]);
  wire odd = wide[DROP];
  wire up = !ROUNDS ? 1'b0 :
            ROUNDING == 0 ? half :
            ROUNDING == 1 ? half && (rest || sign) :
            ROUNDING == 2 ? half && rest :
            ROUNDING == 3 ? half && (rest || !sign) :
            ROUNDING == 4 ? half && (rest || odd) :
            ROUNDING == 6 ? sign && (half || rest) :
                            half && (rest || !odd);

  // A mode that clamps need not carry beyond the output's width: what is rounded up to the least
  // value from below clamps to it as well.
  localparam CLAMPS = OVERFLOW == 0 || OVERFLOW == 2;
  localparam SUM = CLAMPS && WHOLE > OUT_WIDTH + 1 ? OUT_WIDTH + 1 : WHOLE;
  wire [SUM-1:0] sum = wide[DROP+SUM-1:DROP] + {{(SUM - 1) {1'b0}}, up};

  // ---- range
  localparam TOP = (WHOLE > OUT_WIDTH ? WHOLE : OUT_WIDTH) + 1;
  wire [TOP-1:0] rounded = {{(TOP - SUM) {sum[SUM-1]}}, sum};
  wire [TOP-1:0] judged = CLAMPS ? {{(TOP - WHOLE) {sign}}, wide[WIDE-1:DROP]} : rounded;
  // Whether every input fits.
  localparam NEED = WHOLE - (ROUNDS ? 0 : 1);
  localparam FITS = OUT_SIGNED != 0 ? NEED <= OUT_WIDTH : IN_SIGNED == 0 && NEED - 1 <= OUT_WIDTH;
  wire same = OUT_SIGNED != 0 ? (&judged[TOP-1:OUT_WIDTH-1]) || !(|judged[TOP-1:OUT_WIDTH-1])
                              : !(|judged[TOP-1:OUT_WIDTH]);
  wire carried = OUT_SIGNED != 0 ? !sign && rounded[OUT_WIDTH-1] : rounded[OUT_WIDTH];
  wire fits = FITS || (same && !(CLAMPS && carried));

  localparam [OUT_WIDTH-1:0] ONES = {OUT_WIDTH{1'b1}};
  localparam [OUT_WIDTH-1:0] MSB = ONES << (OUT_WIDTH - 1);
  localparam [OUT_WIDTH-1:0] SATURATED = N_BITS > 0 ? ONES << (OUT_WIDTH - N_BITS) : MSB & ~MSB;
  localparam BIT = N_BITS > 1 ? OUT_WIDTH - N_BITS : OUT_WIDTH - 1;
  // The lowest bit that the format cuts off at the top.
  localparam DELETED = DROP + OUT_WIDTH < WIDE ? DROP + OUT_WIDTH : WIDE - 1;

  wire [OUT_WIDTH-1:0] low = rounded[OUT_WIDTH-1:0];
  wire [OUT_WIDTH-1:0] end_of_range = (OUT_SIGNED != 0 ? MSB : ~ONES) ^ {OUT_WIDTH{!sign}};
  wire [OUT_WIDTH-1:0] clamped = fits ? low : end_of_range;
  wire lowest = OUT_SIGNED != 0 && OUT_WIDTH > 1 && clamped == MSB;
  wire invert = N_BITS == 0 ? wide[DELETED] != low[BIT] :
                N_BITS == 1 ? sign != low[BIT] : sign == low[BIT];
  wire [OUT_WIDTH-1:0] turned = OVERFLOW == 4 ? low ^ {OUT_WIDTH{invert}} : low;
  wire [OUT_WIDTH-1:0] filled = OUT_SIGNED != 0 ? end_of_range : ONES;
  wire [OUT_WIDTH-1:0] wrapped = (turned & ~SATURATED) | (filled & SATURATED);

  assign y = OVERFLOW == 0 ? clamped :
             OVERFLOW == 1 ? low & {OUT_WIDTH{fits}} :
             OVERFLOW == 2 ? clamped | {OUT_WIDTH{lowest}} & (ONES >> (OUT_WIDTH - 1)) :
             fits ? low : wrapped;

  wire _unused_ok = &{1'b0, wide, judged, rounded};
endmodule
