// Bits of values that agree with those of factors that are +1 or -1, counted: the sum over a value's
// BITS planes of 2^plane times the bits of that plane that equal the factor's.
//
// Three pairs at a time are six inputs of two tables, which are registered; their counts are added up by
// 6:3 tables. More than 216 pairs, and each plane, are counted apart and then added by qfx_sum_tree. Two
// registers in all where one counter does, else one and those of the tree over the counters. Where
// `absent` is true as the last is loaded, `count` becomes EMPTY.
module qfx_agree #(
    parameter N = 8,  // pairs
    parameter BITS = 1,
    parameter DOUBLE = 0,  // 1: twice the sum
    parameter TREE_STAGES = 0,  // of the tree over counters; 0 where there is one
    parameter OUT_WIDTH = 5,  // signed
    parameter EMPTY = 0
) (
    input  wire                 clk,
    input  wire                 en,
    input  wire                 absent,
    input  wire [   N*BITS-1:0] x,      // a value's planes side by side
    input  wire [        N-1:0] w,
    output wire [OUT_WIDTH-1:0] count
);
  localparam PARTS = (N + 215) / 216;  // counters of a plane
  localparam LENGTH = (N + PARTS - 1) / PARTS;
  localparam GROUPS = (LENGTH + 2) / 3;
  localparam LOW_BITS = GROUPS < 2 ? 1 : GROUPS < 4 ? 2 : GROUPS < 8 ? 3 : GROUPS < 16 ? 4 :
                        GROUPS < 32 ? 5 : GROUPS < 64 ? 6 : 7;
  localparam COUNT_WIDTH = LOW_BITS + 3;  // 3 * GROUPS, signed
  localparam TERM_WIDTH = COUNT_WIDTH + BITS - 1 + DOUBLE;
  localparam [63:0] NOTHING = EMPTY;

  wire [PARTS*BITS*TERM_WIDTH-1:0] terms;
  genvar p, k, g, i;
  generate
    for (k = 0; k < BITS; k = k + 1) begin : plane
      for (p = 0; p < PARTS; p = p + 1) begin : part
        wire [3*GROUPS-1:0] a, b;  // pairs; those beyond the last never agree
        for (i = 0; i < 3 * GROUPS; i = i + 1) begin : pair
          if (i < LENGTH && p * LENGTH + i < N) begin : used
            assign a[i] = x[(p*LENGTH+i)*BITS+k];
            assign b[i] = w[p*LENGTH+i];
          end else begin : unused
            assign a[i] = 1'b0;
            assign b[i] = 1'b1;
          end
        end
        reg [GROUPS-1:0] odd, two;  // a group's count
        for (g = 0; g < GROUPS; g = g + 1) begin : group
          wire [2:0] same = ~(a[3*g+:3] ^ b[3*g+:3]);
          always @(posedge clk)
            if (en) begin
              odd[g] <= ^same;
              two[g] <= (same[0] & same[1]) | (same[0] & same[2]) | (same[1] & same[2]);
            end
        end
        wire [LOW_BITS-1:0] ones, twos;
        qfx_count216 #(
            .N(GROUPS),
            .OUT_WIDTH(LOW_BITS)
        ) count_ones (
            .x(odd),
            .count(ones)
        );
        qfx_count216 #(
            .N(GROUPS),
            .OUT_WIDTH(LOW_BITS)
        ) count_twos (
            .x(two),
            .count(twos)
        );
        wire [COUNT_WIDTH-1:0] agreed;
        qfx_add #(
            .A_WIDTH(LOW_BITS + 1),
            .B_WIDTH(LOW_BITS + 2),
            .OUT_WIDTH(COUNT_WIDTH)
        ) add (
            .a({1'b0, ones}),
            .b({1'b0, twos, 1'b0}),
            .sum(agreed)
        );
        wire [TERM_WIDTH-1:0] weighted = {{(BITS + DOUBLE) {1'b0}}, agreed[COUNT_WIDTH-2:0]} <<
                                      (k + DOUBLE);
        assign terms[(k*PARTS+p)*TERM_WIDTH+:TERM_WIDTH] = weighted;
        wire _unused_ok = &{1'b0, agreed};
      end
    end

    if (PARTS * BITS == 1) begin : one_counter
      wire [OUT_WIDTH+TERM_WIDTH-1:0] wide = {{OUT_WIDTH{1'b0}}, terms};
      reg [OUT_WIDTH-1:0] held;
      always @(posedge clk)
        if (en)
          held <= absent ? NOTHING[OUT_WIDTH-1:0] : wide[OUT_WIDTH-1:0];
      assign count = held;
      wire _unused_ok = &{1'b0, TREE_STAGES[0], wide};
    end else begin : counters
      reg [PARTS*BITS*TERM_WIDTH-1:0] held;
      always @(posedge clk) if (en) held <= terms;
      qfx_sum_tree #(
          .N(PARTS * BITS),
          .IN_WIDTH(TERM_WIDTH),
          .OUT_WIDTH(OUT_WIDTH),
          .STAGES(TREE_STAGES),
          .EMPTY(EMPTY)
      ) tree (
          .clk(clk),
          .en(en),
          .absent(absent),
          .x(held),
          .sum(count)
      );
    end
  endgenerate
  wire _unused_ok = &{1'b0, NOTHING};
endmodule
