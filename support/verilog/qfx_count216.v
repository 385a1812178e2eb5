// How many of up to 216 bits are set: 6:3 tables, their columns through qfx_count36, two adders.
module qfx_count216 #(
    parameter N = 216,
    parameter OUT_WIDTH = 8  // holds N
) (
    input  wire [        N-1:0] x,
    output wire [OUT_WIDTH-1:0] count
);
  localparam GROUPS = (N + 5) / 6;
  generate
    if (N <= 36) begin : few
      qfx_count36 #(
          .N(N),
          .OUT_WIDTH(OUT_WIDTH)
      ) count_of (
          .x(x),
          .count(count)
      );
      wire _unused_ok = &{1'b0, GROUPS[0]};
    end else begin : many
      wire [6*GROUPS:0] wide = {{(6 * GROUPS - N + 1) {1'b0}}, x};
      wire [GROUPS-1:0] column_1, column_2, column_4;
      genvar g;
      for (g = 0; g < GROUPS; g = g + 1) begin : group
        qfx_count6 table_of (
            .x(wide[6*g+:6]),
            .count({column_4[g], column_2[g], column_1[g]})
        );
      end
      wire [5:0] ones, twos, fours;
      qfx_count36 #(
          .N(GROUPS),
          .OUT_WIDTH(6)
      ) count_ones (
          .x(column_1),
          .count(ones)
      );
      qfx_count36 #(
          .N(GROUPS),
          .OUT_WIDTH(6)
      ) count_twos (
          .x(column_2),
          .count(twos)
      );
      qfx_count36 #(
          .N(GROUPS),
          .OUT_WIDTH(6)
      ) count_fours (
          .x(column_4),
          .count(fours)
      );
      wire [7:0] low;  // up to 36 + 2 * 36
      qfx_add #(
          .A_WIDTH(7),
          .B_WIDTH(8),
          .OUT_WIDTH(8)
      ) add_twos (
          .a({1'b0, ones}),
          .b({1'b0, twos, 1'b0}),
          .sum(low)
      );
      wire [8:0] total;
      qfx_add #(
          .A_WIDTH(9),
          .B_WIDTH(9),
          .OUT_WIDTH(9)
      ) add_fours (
          .a({1'b0, low}),
          .b({1'b0, fours, 2'b0}),
          .sum(total)
      );
      assign count = total[OUT_WIDTH-1:0];
      wire _unused_ok = &{1'b0, wide[6*GROUPS], total};
    end
  endgenerate
endmodule
