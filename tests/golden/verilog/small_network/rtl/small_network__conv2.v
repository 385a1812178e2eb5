// Sums of products.
module small_network__conv2 (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [15:0] i0_data,
    output reg  o0_valid,
    input  wire o0_ready,
    output reg  [7:0] o0_data
);
  genvar s;
  genvar p;
  wire en = !o0_valid || o0_ready;

  wire [15:0] kept;
  assign kept = i0_data;
  wire [4:0] index;
  wire valid, first, last, padded;
  wire [15:0] data;
  qfx_ring #(
      .WIDTH(16),
      .BUFFER(23),
      .ADDRESS_WIDTH(5),
      .BLOCK(0),
      .COUNTS(224'h00000006000000060000000100000002000000030000000300000001),
      .ADDRESS_STEPS(256'h0000000a0000000a0000000a0000000a00000009000000040000000100000001),
      .ADDRESS_START(16),
      .INDEX_WIDTH(5),
      .INDEX_STEPS(256'hffffffefffffffefffffffef0000000100000001000000010000000100000001),
      .PADDED(1),
      .PLACE_WIDTH(5),
      .IMAGE_HEIGHT(6),
      .IMAGE_WIDTH(6),
      .ROW_STEPS(256'hfffffff9fffffffffffffffefffffffefffffffe000000010000000000000000),
      .ROW_START(-1),
      .COLUMN_STEPS(256'hfffffff9fffffff9fffffffffffffffefffffffefffffffe0000000100000000),
      .COLUMN_START(-1),
      .FILL_COLUMNS(6),
      .FILL_ROWS(6),
      .FILL_WIDTH(5),
      .FREE_WIDTH(6),
      .FIRST_NEED(8),
      .COLUMN_FILE("small_network__conv2_columns.mem"),
      .ROW_FILE("small_network__conv2_rows.mem")
  ) window (
      .clk(clk),
      .rst(rst),
      .en(en),
      .i_valid(i0_valid),
      .i_ready(i0_ready),
      .i_data(kept),
      .index(index),
      .valid(valid),
      .first(first),
      .last(last),
      .padded(padded),
      .data(data)
  );

  wire [15:0] weights;
  qfx_rom #(
      .WIDTH(16),
      .DEPTH(18),
      .ADDRESS_WIDTH(5),
      .BLOCK(0),
      .FILE("small_network__conv2_weights.mem")
  ) factors (
      .clk(clk),
      .read(en),
      .address(index),
      .data(weights)
  );

  wire [33:0] products;
  generate
    for (p = 0; p < 1; p = p + 1) begin : products_of_lane
      for (s = 0; s < 2; s = s + 1) begin : operand
        qfx_multiply #(
            .X_WIDTH(8),
            .X_SIGNED(0),
            .W_WIDTH(8),
            .OUT_WIDTH(17)
        ) product_of (
            .clk(clk),
            .en(en),
            .x(data[s*8+:8]),
            .w(weights[(p*2+s)*8+:8]),
            .product(products[(p*2+s)*17+:17])
        );
      end
    end
  endgenerate

  wire adds, begins, is_last, absent;
  qfx_delay #(
      .WIDTH(3),
      .EDGES(2)
  ) flags (
      .clk(clk),
      .rst(rst),
      .en(en),
      .d({valid, first, last}),
      .q({adds, begins, is_last})
  );
  qfx_delay #(
      .WIDTH(1),
      .EDGES(1)
  ) padding (
      .clk(clk),
      .rst(rst),
      .en(en),
      .d(padded),
      .q(absent)
  );
  wire ends = adds && is_last;
  wire done;
  qfx_delay #(
      .WIDTH(1),
      .EDGES(2)
  ) end_of_sum (
      .clk(clk),
      .rst(rst),
      .en(en),
      .d(ends),
      .q(done)
  );

  wire [0:0] block;
  qfx_counter #(
      .COUNT(2),
      .WIDTH(1)
  ) finished (
      .clk(clk),
      .rst(rst),
      .step(en && ends),
      .at(block)
  );
  wire [1:0] constants;
  qfx_rom #(
      .WIDTH(2),
      .DEPTH(2),
      .ADDRESS_WIDTH(1),
      .BLOCK(0),
      .FILE("small_network__conv2_constants.mem")
  ) constants_of_block (
      .clk(clk),
      .read(en),
      .address(block),
      .data(constants)
  );

  wire [7:0] result;
  generate
    for (p = 0; p < 1; p = p + 1) begin : lane
      wire [17:0] whole_step;
      qfx_sum_tree #(
          .N(2),
          .IN_WIDTH(17),
          .OUT_WIDTH(18),
          .STAGES(1)
      ) whole_sum (
          .clk(clk),
          .en(en),
          .absent(absent),
          .x(products[p*34+:34]),
          .sum(whole_step)
      );
      wire [17:0] whole_total;
      qfx_accumulate #(
          .IN_WIDTH(18),
          .WIDTH(18)
      ) whole_steps (
          .clk(clk),
          .en(en && adds),
          .first(begins),
          .absent(1'b0),
          .x(whole_step),
          .sum(whole_total)
      );
      wire [17:0] exact;
      qfx_align #(
          .IN_WIDTH(18),
          .LEFT(0),
          .LEFT_WIDTH(2),
          .SHIFTS(1),
          .OFFSET_WIDTH(2),
          .OUT_WIDTH(18)
      ) align (
          .clk(clk),
          .en(en),
          .x(whole_total),
          .left(constants[p*2+0+:2]),
          .offset(2'b00),
          .y(exact)
      );
      qfx_cast #(
          .IN_WIDTH(18),
          .IN_FRAC(12),
          .IN_SIGNED(1),
          .OUT_WIDTH(8),
          .OUT_FRAC(4),
          .OUT_SIGNED(1),
          .ROUNDING(0),
          .OVERFLOW(0),
          .N_BITS(0)
      ) cast (
          .x(exact),
          .y(result[p*8+:8])
      );
    end
  endgenerate

  always @(posedge clk)
    if (rst) o0_valid <= 1'b0;
    else if (en) o0_valid <= done;
  always @(posedge clk) if (en) o0_data <= result;
endmodule
