// One adder of three operands of a constant matrix (docs/adders.md), for parts whose carry chains
// take three bits at a place. Combinational.
//   y = (A_MINUS ? - : +) a + (B_MINUS ? - : +) (b << B_SHIFT) + (C_MINUS ? - : +) (c << C_SHIFT)
// C_SHIFT is B_SHIFT at least. Where a is not subtracted its lowest B_SHIFT bits pass as wires.
// Y_WIDTH bits must hold the result; an operand that is never negative comes without a sign bit.
(* keep_hierarchy *)
module qfx_adder3 #(
    parameter A_WIDTH = 8,
    parameter A_SIGNED = 1,
    parameter A_MINUS = 0,
    parameter B_WIDTH = 8,
    parameter B_SIGNED = 1,
    parameter B_SHIFT = 0,
    parameter B_MINUS = 0,
    parameter C_WIDTH = 8,
    parameter C_SIGNED = 1,
    parameter C_SHIFT = 0,
    parameter C_MINUS = 0,
    parameter Y_WIDTH = 10
) (
    input  wire [A_WIDTH-1:0] a,
    input  wire [B_WIDTH-1:0] b,
    input  wire [C_WIDTH-1:0] c,
    output wire [Y_WIDTH-1:0] y
);
  localparam PASS = A_MINUS != 0 ? 0 : B_SHIFT < Y_WIDTH ? B_SHIFT : Y_WIDTH;
  localparam HIGH = Y_WIDTH - PASS;
  localparam B_LIFT = B_SHIFT > PASS ? B_SHIFT - PASS : 0;
  localparam C_LIFT = C_SHIFT > PASS ? C_SHIFT - PASS : 0;

  localparam A_WIDE = (A_WIDTH > Y_WIDTH ? A_WIDTH : Y_WIDTH) + 1;
  localparam B_WIDE = (B_WIDTH + B_LIFT > HIGH ? B_WIDTH + B_LIFT : HIGH) + 1;
  localparam C_WIDE = (C_WIDTH + C_LIFT > HIGH ? C_WIDTH + C_LIFT : HIGH) + 1;
  wire [A_WIDE-1:0] a_wide = {{(A_WIDE - A_WIDTH) {A_SIGNED != 0 && a[A_WIDTH-1]}}, a};
  wire [B_WIDE-1:0] b_wide = {{(B_WIDE - B_WIDTH) {B_SIGNED != 0 && b[B_WIDTH-1]}}, b} << B_LIFT;
  wire [C_WIDE-1:0] c_wide = {{(C_WIDE - C_WIDTH) {C_SIGNED != 0 && c[C_WIDTH-1]}}, c} << C_LIFT;
  wire _unused_ok = &{1'b0, a_wide, b_wide, c_wide};  // signs beyond the result

  generate
    if (PASS > 0) begin : pass
      assign y[PASS-1:0] = a_wide[PASS-1:0];
    end
    if (HIGH > 0) begin : add
      wire [HIGH-1:0] first = a_wide[Y_WIDTH-1:PASS];
      wire [HIGH-1:0] second = b_wide[HIGH-1:0];
      wire [HIGH-1:0] third = c_wide[HIGH-1:0];
      // A subtracted operand is its complement, and one more.
      localparam [1:0] ONES = (A_MINUS != 0 ? 2'd1 : 2'd0) + (B_MINUS != 0 ? 2'd1 : 2'd0) +
                              (C_MINUS != 0 ? 2'd1 : 2'd0);
      wire [HIGH+1:0] ones = {{HIGH{1'b0}}, ONES};
      assign y[Y_WIDTH-1:PASS] = (A_MINUS != 0 ? ~first : first) +
                                 (B_MINUS != 0 ? ~second : second) +
                                 (C_MINUS != 0 ? ~third : third) + ones[HIGH-1:0];
      wire _unused_ones_ok = &{1'b0, ones};
    end
  endgenerate
endmodule
