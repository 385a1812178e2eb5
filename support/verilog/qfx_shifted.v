// A digit of a K-hot factor times a value: nothing, or the value shifted and perhaps negated, in a
// register. `choice` picks one of the CHOICES, 8 bits each of SHIFTS; 255 is nothing.
module qfx_shifted #(
    parameter X_WIDTH = 8,
    parameter X_SIGNED = 1,
    parameter CHOICES = 2,
    parameter CHOICE_WIDTH = 1,
    parameter [8*CHOICES-1:0] SHIFTS = {8'd255, 8'd0},
    parameter OUT_WIDTH = 9  // X_WIDTH + 1 + the largest shift, and one more where x is unsigned
) (
    input  wire                    clk,
    input  wire                    en,
    input  wire [     X_WIDTH-1:0] x,
    input  wire [CHOICE_WIDTH-1:0] choice,
    input  wire                    minus,
    output reg  [   OUT_WIDTH-1:0] product
);
  wire sign = X_SIGNED != 0 && x[X_WIDTH-1];
  wire [OUT_WIDTH-1:0] wide = {{(OUT_WIDTH - X_WIDTH) {sign}}, x};
  genvar k;
  generate
    for (k = 0; k < CHOICES; k = k + 1) begin : one_of
      localparam [7:0] SHIFT = SHIFTS[8*k+:8];
      localparam [31:0] NUMBER = k;
      wire picked = CHOICES == 1 || choice == NUMBER[CHOICE_WIDTH-1:0];
      wire [OUT_WIDTH-1:0] value = SHIFT == 8'd255 || !picked ? {OUT_WIDTH{1'b0}} : wide << SHIFT;
      wire [OUT_WIDTH-1:0] either;
      if (k == 0) begin : begin_with
        assign either = value;
      end else begin : or_else
        assign either = one_of[k-1].either | value;
      end
      wire _unused_ok = &{1'b0, NUMBER};
    end
  endgenerate
  always @(posedge clk)
    if (en)
      product <= (one_of[CHOICES-1].either ^ {OUT_WIDTH{minus}}) +
                 {{(OUT_WIDTH - 1) {1'b0}}, minus};
  wire _unused_ok = &{1'b0, choice};
endmodule
