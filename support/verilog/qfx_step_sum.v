// A sum that is rounded on its way, in a register: after every addition it is cast to the format of
// the accumulator. `first` begins anew, with `from`; `absent` leaves the sum as it is.
module qfx_step_sum #(
    parameter X_WIDTH = 16,  // signed, at least 2
    parameter X_FRAC = 8,
    parameter WIDTH = 12,
    parameter FRAC = 4,
    parameter SIGNED = 1,
    parameter ROUNDING = 5,
    parameter OVERFLOW = 3,
    parameter N_BITS = 0
) (
    input  wire               clk,
    input  wire               en,
    input  wire               first,
    input  wire               absent,
    input  wire [X_WIDTH-1:0] x,
    input  wire [  WIDTH-1:0] from,
    output reg  [  WIDTH-1:0] sum
);
  localparam GRID = X_FRAC > FRAC ? X_FRAC : FRAC;
  localparam X_GRID_WIDTH = X_WIDTH + GRID - X_FRAC;
  localparam OWN_GRID_WIDTH = WIDTH + 1 + GRID - FRAC;
  localparam EXACT = (X_GRID_WIDTH > OWN_GRID_WIDTH ? X_GRID_WIDTH : OWN_GRID_WIDTH) + 1;

  wire [WIDTH-1:0] before = first ? from : sum;
  wire sign = SIGNED != 0 && before[WIDTH-1];
  wire [EXACT-1:0] exact = ({{(EXACT - WIDTH) {sign}}, before} << (GRID - FRAC)) +
                           ({{(EXACT - X_WIDTH) {x[X_WIDTH-1]}}, x} << (GRID - X_FRAC));
  wire [WIDTH-1:0] rounded;
  qfx_cast #(
      .IN_WIDTH(EXACT),
      .IN_FRAC(GRID),
      .IN_SIGNED(1),
      .OUT_WIDTH(WIDTH),
      .OUT_FRAC(FRAC),
      .OUT_SIGNED(SIGNED),
      .ROUNDING(ROUNDING),
      .OVERFLOW(OVERFLOW),
      .N_BITS(N_BITS)
  ) cast (
      .x(exact),
      .y(rounded)
  );
  always @(posedge clk) if (en) sum <= absent ? before : rounded;
endmodule
