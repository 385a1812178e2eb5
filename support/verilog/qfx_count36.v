// How many of up to 36 bits are set: 6:3 tables, their three columns through such tables again, and
// two adders.
module qfx_count36 #(
    parameter N = 36,
    parameter OUT_WIDTH = 6  // holds N
) (
    input  wire [        N-1:0] x,
    output wire [OUT_WIDTH-1:0] count
);
  localparam GROUPS = (N + 5) / 6;
  wire [36:0] wide = {{(37 - N) {1'b0}}, x};
  wire [17:0] columns;  // 6 bits each of weight 1, 2, 4
  genvar g;
  generate
    for (g = 0; g < 6; g = g + 1) begin : group
      if (g < GROUPS) begin : used
        qfx_count6 table_of (
            .x(wide[6*g+:6]),
            .count({columns[12+g], columns[6+g], columns[g]})
        );
      end else begin : unused
        assign {columns[12+g], columns[6+g], columns[g]} = 3'd0;
      end
    end
  endgenerate

  wire [6:0] total;
  generate
    if (GROUPS == 1) begin : few
      assign total = {4'd0, columns[12], columns[6], columns[0]};
      wire _unused_ok = &{1'b0, columns};
    end else if (GROUPS == 2) begin : two_groups  // six inputs again
      assign total = {4'd0, columns[12], columns[6], columns[0]} +
                     {4'd0, columns[13], columns[7], columns[1]};
      wire _unused_ok = &{1'b0, columns};
    end else begin : many
      wire [2:0] ones, twos, fours;
      qfx_count6 table_of_ones (
          .x(columns[5:0]),
          .count(ones)
      );
      qfx_count6 table_of_twos (
          .x(columns[11:6]),
          .count(twos)
      );
      qfx_count6 table_of_fours (
          .x(columns[17:12]),
          .count(fours)
      );
      wire [4:0] low;  // up to 6 + 2 * 6
      qfx_add #(
          .A_WIDTH(4),
          .B_WIDTH(5),
          .OUT_WIDTH(5)
      ) add_twos (
          .a({1'b0, ones}),
          .b({1'b0, twos, 1'b0}),
          .sum(low)
      );
      qfx_add #(
          .A_WIDTH(6),
          .B_WIDTH(6),
          .OUT_WIDTH(7)
      ) add_fours (
          .a({1'b0, low}),
          .b({1'b0, fours, 2'b0}),
          .sum(total)
      );
    end
  endgenerate
  assign count = total[OUT_WIDTH-1:0];
  wire _unused_ok = &{1'b0, total, wide};
endmodule
