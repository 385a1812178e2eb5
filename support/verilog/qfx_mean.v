// sum / (2^TWOS * DIVISOR), an exact rational, as a number on so fine a grid that its one rounding is
// the rational's: the quotient's floor and below it a bit that says whether something was left. TWOS
// only moves the binary point, which is the caller's.
//
// DIVISOR is odd. With 1 the result is the sum itself, without a register. Else there are four:
// the magnitude S = |sum << EXTRA|, of a negative one its one's complement (floor(v / d) =
// ~floor(~v / d)); its product with RECIPROCAL = ceil(2^SHIFT / DIVISOR); the quotient, which is that
// shifted right by SHIFT and is exact where 2^SHIFT is at least 2^(width of S) * DIVISOR; and what was
// left, found in the low bits alone since it is less than the divisor.
module qfx_mean #(
    parameter SUM_WIDTH = 12,  // signed
    parameter EXTRA = 0,
    parameter DIVISOR = 9,
    parameter RECIPROCAL_WIDTH = 12,
    parameter [RECIPROCAL_WIDTH-1:0] RECIPROCAL = 1821,
    parameter SHIFT = 14,
    parameter OUT_WIDTH = SUM_WIDTH + EXTRA + (DIVISOR == 1 ? 0 : 1)
) (
    input  wire                 clk,
    input  wire                 en,
    input  wire [SUM_WIDTH-1:0] sum,
    output wire [OUT_WIDTH-1:0] mean
);
  // Bits that hold 0 to n.
  function integer bits;
    input integer n;
    begin
      bits = 1;
      while ((n >> bits) != 0) bits = bits + 1;
    end
  endfunction

  generate
    if (DIVISOR == 1) begin : power_of_two
      assign mean = sum;
      wire _unused_ok = &{1'b0, clk, en};
    end else begin : reciprocal
      localparam WIDTH = SUM_WIDTH + EXTRA;
      localparam LOW = bits(DIVISOR) < WIDTH ? bits(DIVISOR) : WIDTH;
      localparam [31:0] ODD = DIVISOR;

      wire [WIDTH-1:0] scaled = {{(WIDTH - SUM_WIDTH + 1) {sum[SUM_WIDTH-1]}}, sum[SUM_WIDTH-2:0]}
                                << EXTRA;
      wire sign = sum[SUM_WIDTH-1];
      reg [WIDTH-2:0] magnitude;
      reg [2:0] signs;
      reg [3*LOW-1:0] lows;
      always @(posedge clk)
        if (en) begin
          magnitude <= scaled[WIDTH-2:0] ^ {(WIDTH - 1) {sign}};
          signs <= {signs[1:0], sign};
          lows <= {lows[2*LOW-1:0], scaled[LOW-1:0]};
        end

      // Shift-and-add over the reciprocal's ones: no multiplier where none is wanted.
      wire [WIDTH-2:0] whole;
      qfx_times #(
          .X_WIDTH(WIDTH - 1),
          .FACTOR_WIDTH(RECIPROCAL_WIDTH),
          .FACTOR(RECIPROCAL),
          .SHIFT(SHIFT),
          .OUT_WIDTH(WIDTH - 1)
      ) times (
          .clk(clk),
          .en(en),
          .x(magnitude),
          .y(whole)
      );
      reg [WIDTH-1:0] quotient;
      always @(posedge clk) if (en) quotient <= {1'b0, whole} ^ {WIDTH{signs[1]}};

      wire [LOW-1:0] back;
      qfx_times #(
          .X_WIDTH(LOW),
          .FACTOR_WIDTH(32),
          .FACTOR({1'b0, ODD[30:0]}),
          .SHIFT(0),
          .OUT_WIDTH(LOW),
          .REGISTERED(0)
      ) times_divisor (
          .clk(clk),
          .en(en),
          .x(quotient[LOW-1:0]),
          .y(back)
      );
      reg [WIDTH:0] result;
      always @(posedge clk) if (en) result <= {quotient, back != lows[2*LOW+:LOW]};
      assign mean = result;
      wire _unused_ok = &{1'b0, signs[2], scaled[WIDTH-1], ODD[31]};
    end
  endgenerate
endmodule
