// (x * FACTOR) >> SHIFT of unsigned numbers, cut to OUT_WIDTH bits, without a multiplier: x shifted to
// each signed digit of the constant (of two ones in a row or more it takes the first zero above them
// and subtracts at the lowest), added up in a tree. In a register where REGISTERED.
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
  // FACTOR as signed digits, no two neighbours of which are set: its bits and those of 3 * FACTOR.
  localparam PLACES = FACTOR_WIDTH + 1;
  localparam [FACTOR_WIDTH+1:0] ONCE = {2'b0, FACTOR};
  localparam [FACTOR_WIDTH+1:0] THRICE = ONCE + (ONCE << 1);
  localparam [FACTOR_WIDTH+1:0] PLUS = (THRICE & ~ONCE) >> 1;
  localparam [FACTOR_WIDTH+1:0] MINUS = (ONCE & ~THRICE) >> 1;
  localparam WIDE = (SHIFT + OUT_WIDTH > X_WIDTH ? SHIFT + OUT_WIDTH : X_WIDTH) + 1;

  genvar k;
  generate
    for (k = 0; k < PLACES; k = k + 1) begin : place
      wire [WIDE-1:0] sum;
      wire [WIDE-1:0] term = {{(WIDE - X_WIDTH) {1'b0}}, x} << k;
      wire [WIDE-1:0] before;
      if (k == 0) begin : begin_with
        assign before = {WIDE{1'b0}};
      end else begin : go_on
        assign before = place[k-1].sum;
      end
      if (PLUS[k]) begin : plus
        assign sum = before + term;
      end else if (MINUS[k]) begin : minus
        assign sum = before - term;
      end else begin : skip
        assign sum = before;
        wire _unused_ok = &{1'b0, term};
      end
    end
    if (REGISTERED != 0) begin : stage
      reg [OUT_WIDTH-1:0] held;
      always @(posedge clk) if (en) held <= place[PLACES-1].sum[SHIFT+:OUT_WIDTH];
      assign y = held;
    end else begin : no_stage
      assign y = place[PLACES-1].sum[SHIFT+:OUT_WIDTH];
      wire _unused_ok = &{1'b0, clk, en};
    end
  endgenerate
  wire _unused_ok = &{1'b0, place[PLACES-1].sum};
endmodule
