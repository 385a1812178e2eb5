// Means under a window.
module small_network__pool (
    input  wire clk,
    input  wire rst,
    input  wire i0_valid,
    output wire i0_ready,
    input  wire [7:0] i0_data,
    output reg  o0_valid,
    input  wire o0_ready,
    output reg  [7:0] o0_data
);
  wire en = !o0_valid || o0_ready;

  wire [4:0] index;
  wire valid, first, last, padded;
  wire [7:0] data;
  qfx_ring #(
      .WIDTH(8),
      .BUFFER(66),
      .ADDRESS_WIDTH(7),
      .BLOCK(0),
      .COUNTS(224'h00000002000000020000000200000001000000030000000300000001),
      .ADDRESS_STEPS(256'h00000001000000010000002b0000002700000026000000080000000200000000),
      .ADDRESS_START(0),
      .INDEX_WIDTH(5),
      .INDEX_STEPS(256'hffffffefffffffefffffffef0000000100000001000000010000000100000001),
      .FILL_COLUMNS(2),
      .FILL_ROWS(2),
      .FILL_WIDTH(7),
      .FREE_WIDTH(8),
      .FIRST_NEED(30),
      .COLUMN_FILE("small_network__pool_columns.mem"),
      .ROW_FILE("small_network__pool_rows.mem")
  ) window (
      .clk(clk),
      .rst(rst),
      .en(en),
      .i_valid(i0_valid),
      .i_ready(i0_ready),
      .i_data(i0_data),
      .index(index),
      .valid(valid),
      .first(first),
      .last(last),
      .padded(padded),
      .data(data)
  );
  wire _unused_index_ok = &{1'b0, index};

  wire ends = valid && last;
  wire done;
  qfx_delay #(
      .WIDTH(1),
      .EDGES(5)
  ) end_of_window (
      .clk(clk),
      .rst(rst),
      .en(en),
      .d(ends),
      .q(done)
  );

  wire [7:0] result;
  genvar p;
  generate
    for (p = 0; p < 1; p = p + 1) begin : lane
      wire [8:0] x = {data[p*8+7], data[p*8+:8]};
      wire [11:0] sum;
      qfx_accumulate #(
          .IN_WIDTH(9),
          .WIDTH(12)
      ) sum_of_window (
          .clk(clk),
          .en(en && valid),
          .first(first),
          .absent(padded),
          .x(x),
          .sum(sum)
      );
      wire [13:0] mean;
      qfx_mean #(
          .SUM_WIDTH(12),
          .EXTRA(1),
          .DIVISOR(9),
          .RECIPROCAL_WIDTH(32),
          .RECIPROCAL(32'h00001c72),
          .SHIFT(16)
      ) divide (
          .clk(clk),
          .en(en),
          .sum(sum),
          .mean(mean)
      );
      qfx_cast #(
          .IN_WIDTH(14),
          .IN_FRAC(6),
          .IN_SIGNED(1),
          .OUT_WIDTH(8),
          .OUT_FRAC(4),
          .OUT_SIGNED(1),
          .ROUNDING(0),
          .OVERFLOW(0),
          .N_BITS(0)
      ) cast (
          .x(mean),
          .y(result[p*8+:8])
      );
    end
  endgenerate

  always @(posedge clk)
    if (rst) o0_valid <= 1'b0;
    else if (en) o0_valid <= done;
  always @(posedge clk) if (en) o0_data <= result;
endmodule
