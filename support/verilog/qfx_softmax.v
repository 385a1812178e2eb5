// Softmax, an element at a time: exponentials from a table by the distance to the largest value,
// their exact quotient by their sum, one cast. The engine of circuit::Softmax, five registers deep.
//
// A sum takes its TERMS elements (TAKE), looks their exponentials up and adds them (ADD), and divides
// each by the sum (DIVIDE), a bit of the quotient at a step: the integer bit, then fraction bits to
// a grid twice as fine as the output's; a sticky bit below says whether a remainder was left, so
// that the cast gives what the rational's would.
//
// TABLE is a file of 2^IN_WIDTH entries for $readmemh. SUM_WIDTH bits, unsigned, hold the sum.
module qfx_softmax #(
    parameter TERMS = 4,
    parameter IN_WIDTH = 8,
    parameter IN_SIGNED = 1,
    parameter ENTRY_WIDTH = 8,
    parameter SUM_WIDTH = 10,
    parameter QUOTIENT_BITS = 9,
    parameter TABLE = "",
    parameter OUT_WIDTH = 8,
    parameter OUT_FRAC = 7,
    parameter OUT_SIGNED = 0,
    parameter ROUNDING = 0,
    parameter OVERFLOW = 0,
    parameter N_BITS = 0
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_valid,
    output wire                 i_ready,
    input  wire [ IN_WIDTH-1:0] i_data,
    output reg                  o_valid,
    input  wire                 o_ready,
    output reg  [OUT_WIDTH-1:0] o_data
);
  // Bits that count from 0 to n - 1.
  function integer bits_of;
    input integer n;
    begin
      bits_of = 1;
      while ((1 << bits_of) < n) bits_of = bits_of + 1;
    end
  endfunction
  localparam TERM_BITS = bits_of(TERMS);
  localparam BIT_BITS = bits_of(QUOTIENT_BITS);
  localparam [31:0] LAST_TERM_WIDE = TERMS - 1, LAST_BIT_WIDE = QUOTIENT_BITS - 1;
  localparam [TERM_BITS-1:0] LAST_TERM = LAST_TERM_WIDE[TERM_BITS-1:0];
  localparam [BIT_BITS-1:0] LAST_BIT = LAST_BIT_WIDE[BIT_BITS-1:0];
  localparam [1:0] TAKE = 0, ADD = 1, DIVIDE = 2;

  // ---- which step comes next
  wire en = !o_valid || o_ready;
  reg [1:0] phase;
  reg [TERM_BITS-1:0] term;
  reg [BIT_BITS-1:0] place;
  wire step = en && !rst && (phase != TAKE || i_valid);
  assign i_ready = en && !rst && phase == TAKE;
  wire last_place = phase != DIVIDE || place == LAST_BIT;
  wire last_term = term == LAST_TERM;
  always @(posedge clk)
    if (rst) begin
      phase <= TAKE;
      term  <= {TERM_BITS{1'b0}};
      place <= {BIT_BITS{1'b0}};
    end else if (step) begin
      place <= last_place ? {BIT_BITS{1'b0}} : place + 1'b1;
      if (last_place) begin
        term <= last_term ? {TERM_BITS{1'b0}} : term + 1'b1;
        if (last_term) phase <= phase == DIVIDE ? TAKE : phase + 2'd1;
      end
    end

  // Of the steps on their way, by the registers they have passed.
  reg [2:1] adds, adds_first;
  reg [3:1] divides, divides_first;
  reg [4:1] gives;
  reg [TERM_BITS-1:0] term_1, term_2;
  always @(posedge clk)
    if (rst) begin
      adds <= 2'd0;
      divides <= 3'd0;
      gives <= 4'd0;
      o_valid <= 1'b0;
    end else if (en) begin
      adds <= {adds[1], step && phase == ADD};
      divides <= {divides[2:1], step && phase == DIVIDE};
      {o_valid, gives} <= {gives, step && phase == DIVIDE && last_place};
    end
  always @(posedge clk)
    if (en) begin
      adds_first <= {adds_first[1], term == {TERM_BITS{1'b0}}};
      divides_first <= {divides_first[2:1], place == {BIT_BITS{1'b0}}};
      term_1 <= term;
      term_2 <= term_1;
    end

  // ---- the elements, the largest of them; with the sign turned their order is the unsigned one
  localparam [IN_WIDTH-1:0] ONES = {IN_WIDTH{1'b1}};
  wire [IN_WIDTH-1:0] x = IN_SIGNED != 0 ? i_data ^ ~(ONES >> 1) : i_data;
  reg [IN_WIDTH-1:0] elements[0:TERMS-1];
  reg [IN_WIDTH-1:0] largest, element;
  always @(posedge clk)
    if (step && phase == TAKE) begin
      elements[term] <= x;
      if (term == {TERM_BITS{1'b0}} || x > largest) largest <= x;
    end
  always @(posedge clk) if (en) element <= elements[term];

  // ---- their exponentials and the sum of them
  wire [IN_WIDTH-1:0] distance = largest - element;
  wire [ENTRY_WIDTH-1:0] entry;
  qfx_rom #(
      .WIDTH(ENTRY_WIDTH),
      .DEPTH(1 << IN_WIDTH),
      .ADDRESS_WIDTH(IN_WIDTH),
      .BLOCK(IN_WIDTH > 8 ? 1 : 0),
      .FILE(TABLE)
  ) entries (
      .clk(clk),
      .read(en),
      .address(distance),
      .data(entry)
  );
  reg [ENTRY_WIDTH-1:0] exponentials[0:TERMS-1];
  reg [ENTRY_WIDTH-1:0] exponential;
  reg [SUM_WIDTH-1:0] sum;
  wire [SUM_WIDTH:0] wide_entry = {{(SUM_WIDTH + 1 - ENTRY_WIDTH) {1'b0}}, entry};
  always @(posedge clk)
    if (en && adds[2]) begin
      exponentials[term_2] <= entry;
      sum <= (adds_first[2] ? {SUM_WIDTH{1'b0}} : sum) + wide_entry[SUM_WIDTH-1:0];
    end
  always @(posedge clk) if (en) exponential <= exponentials[term_2];

  // ---- the quotient: what is left stays below twice the sum
  reg [SUM_WIDTH:0] left;
  reg [QUOTIENT_BITS-1:0] quotient;
  wire [SUM_WIDTH:0] before = divides_first[3] ?
                              {{(SUM_WIDTH + 1 - ENTRY_WIDTH) {1'b0}}, exponential} : left;
  wire [SUM_WIDTH+1:0] difference = {1'b0, before} - {2'b0, sum};
  wire fits = !difference[SUM_WIDTH+1];
  wire [SUM_WIDTH-1:0] after = fits ? difference[SUM_WIDTH-1:0] : before[SUM_WIDTH-1:0];
  wire [QUOTIENT_BITS:0] longer = {quotient, fits};
  always @(posedge clk)
    if (en && divides[3]) begin
      left <= {after, 1'b0};
      quotient <= longer[QUOTIENT_BITS-1:0];
    end

  wire [OUT_WIDTH-1:0] y;
  qfx_cast #(
      .IN_WIDTH(QUOTIENT_BITS + 1),
      .IN_FRAC(QUOTIENT_BITS),
      .IN_SIGNED(0),
      .OUT_WIDTH(OUT_WIDTH),
      .OUT_FRAC(OUT_FRAC),
      .OUT_SIGNED(OUT_SIGNED),
      .ROUNDING(ROUNDING),
      .OVERFLOW(OVERFLOW),
      .N_BITS(N_BITS)
  ) cast (
      .x({quotient, |left}),
      .y(y)
  );
  always @(posedge clk) if (en) o_data <= y;

  wire _unused_ok = &{1'b0, wide_entry, difference, longer, adds_first, divides_first, divides};
endmodule
