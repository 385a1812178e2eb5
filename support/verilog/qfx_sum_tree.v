// N signed values added up by two-input adders in a tree with STAGES registers, the last of them
// `sum`. Where `absent` is true as the last one is loaded, it becomes EMPTY instead.
module qfx_sum_tree #(
    parameter N = 4,
    parameter IN_WIDTH = 8,  // at least 2
    parameter OUT_WIDTH = 10,  // sums are cut to it
    parameter STAGES = 1,  // 1 to the tree's levels, 1 where it has none
    parameter EMPTY = 0
) (
    input  wire                  clk,
    input  wire                  en,
    input  wire                  absent,
    input  wire [N*IN_WIDTH-1:0] x,
    output reg  [ OUT_WIDTH-1:0] sum
);
  // Levels of adders over n values.
  function integer levels;
    input integer n;
    begin
      levels = 0;
      while (((n - 1) >> levels) != 0) levels = levels + 1;
    end
  endfunction
  localparam LEVELS = levels(N);
  localparam DIVISOR = LEVELS > 0 ? LEVELS : 1;
  localparam [63:0] NOTHING = EMPTY;
  localparam TOP_WIDTH = IN_WIDTH + LEVELS < OUT_WIDTH ? IN_WIDTH + LEVELS : OUT_WIDTH;

  genvar l, i;
  generate
    for (l = 0; l <= LEVELS; l = l + 1) begin : level
      localparam COUNT = (N + (1 << l) - 1) >> l;
      localparam WIDTH = IN_WIDTH + l < OUT_WIDTH ? IN_WIDTH + l : OUT_WIDTH;
      wire [COUNT*WIDTH-1:0] value;
      if (l == 0) begin : leaves
        for (i = 0; i < N; i = i + 1) begin : leaf
          assign value[i*WIDTH+:WIDTH] = x[i*IN_WIDTH+:WIDTH];
        end
      end else begin : adders
        localparam BELOW = (N + (1 << (l - 1)) - 1) >> (l - 1);
        localparam BELOW_WIDTH = IN_WIDTH + l - 1 < OUT_WIDTH ? IN_WIDTH + l - 1 : OUT_WIDTH;
        wire [COUNT*WIDTH-1:0] sums;
        for (i = 0; i < COUNT; i = i + 1) begin : adder
          wire [BELOW_WIDTH-1:0] a = level[l-1].value[2*i*BELOW_WIDTH+:BELOW_WIDTH];
          if (2 * i + 1 < BELOW) begin : two
            qfx_add #(
                .A_WIDTH(BELOW_WIDTH),
                .B_WIDTH(BELOW_WIDTH),
                .OUT_WIDTH(WIDTH)
            ) add (
                .a(a),
                .b(level[l-1].value[(2*i+1)*BELOW_WIDTH+:BELOW_WIDTH]),
                .sum(sums[i*WIDTH+:WIDTH])
            );
          end else begin : one
            assign sums[i*WIDTH+:WIDTH] =
                {{(WIDTH - BELOW_WIDTH + 1) {a[BELOW_WIDTH-1]}}, a[BELOW_WIDTH-2:0]};
          end
        end
        // STAGES of the levels end in a register, evenly; that of the last one is `sum`.
        if (l < LEVELS && (l * STAGES) / DIVISOR != ((l - 1) * STAGES) / DIVISOR) begin : stage
          reg [COUNT*WIDTH-1:0] held;
          always @(posedge clk) if (en) held <= sums;
          assign value = held;
        end else begin : no_stage
          assign value = sums;
        end
      end
    end
  endgenerate

  wire [TOP_WIDTH-1:0] top = level[LEVELS].value;
  always @(posedge clk)
    if (en)
      sum <= absent ? NOTHING[OUT_WIDTH-1:0]
                    : {{(OUT_WIDTH - TOP_WIDTH + 1) {top[TOP_WIDTH-1]}}, top[TOP_WIDTH-2:0]};
  wire _unused_ok = &{1'b0, NOTHING, x};
endmodule
