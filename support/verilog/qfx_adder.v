// One adder of a constant matrix (docs/adders.md). Combinational.
//   MODE 0: y = a + (b << SHIFT)
//   MODE 1: y = a - (b << SHIFT)
//   MODE 2: y = (b << SHIFT) - a
// Where a is not subtracted its lowest SHIFT bits pass as wires, and only the bits above are added.
// Y_WIDTH bits must hold the result; an operand that is never negative comes without a sign bit.
// The hierarchy is kept so that synthesis leaves shared adders as they were found.
(* keep_hierarchy *)
module qfx_adder #(
    parameter A_WIDTH = 8,
    parameter A_SIGNED = 1,
    parameter B_WIDTH = 8,
    parameter B_SIGNED = 1,
    parameter SHIFT = 0,
    parameter MODE = 0,
    parameter Y_WIDTH = 9
) (
    input  wire [A_WIDTH-1:0] a,
    input  wire [B_WIDTH-1:0] b,
    output wire [Y_WIDTH-1:0] y
);
  localparam PASS = MODE == 2 ? 0 : SHIFT < Y_WIDTH ? SHIFT : Y_WIDTH;
  localparam LIFT = MODE == 2 ? SHIFT : 0;  // of b against what is added
  localparam HIGH = Y_WIDTH - PASS;         // bits that are added

  localparam A_WIDE = (A_WIDTH > Y_WIDTH ? A_WIDTH : Y_WIDTH) + 1;
  localparam B_WIDE = (B_WIDTH + LIFT > HIGH ? B_WIDTH + LIFT : HIGH) + 1;
  wire [A_WIDE-1:0] a_wide = {{(A_WIDE - A_WIDTH) {A_SIGNED != 0 && a[A_WIDTH-1]}}, a};
  wire [B_WIDE-1:0] b_wide = {{(B_WIDE - B_WIDTH) {B_SIGNED != 0 && b[B_WIDTH-1]}}, b} << LIFT;
  wire _unused_ok = &{1'b0, a_wide, b_wide};  // signs beyond the result

  generate
    if (PASS > 0) begin : pass
      assign y[PASS-1:0] = a_wide[PASS-1:0];
    end
    if (HIGH > 0) begin : add
      wire [HIGH-1:0] first = a_wide[Y_WIDTH-1:PASS];
      wire [HIGH-1:0] second = b_wide[HIGH-1:0];
      if (MODE == 0) begin : plus
        assign y[Y_WIDTH-1:PASS] = first + second;
      end else if (MODE == 1) begin : minus
        assign y[Y_WIDTH-1:PASS] = first - second;
      end else begin : from
        assign y[Y_WIDTH-1:PASS] = second - first;
      end
    end
  endgenerate
endmodule
