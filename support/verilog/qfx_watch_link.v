// For simulation: how many words a FIFO holds and the most that it held at the begin of a cycle. In every
// cycle in which `watch` is high it writes them to the output.
module qfx_watch_link #(
    parameter ID = 0
) (
    input wire clk,
    input wire rst,
    input wire watch,
    input wire i_fire,
    input wire o_fire
);
  integer held, most;
  initial most = 0;
  always @(posedge clk) begin
    if (rst) held <= 0;
    else begin
      held <= held + (i_fire ? 1 : 0) - (o_fire ? 1 : 0);
      if (held > most) most <= held;
    end
    if (watch) $display("qfx: link %0d holds %0d, at most %0d", ID, held, most);
  end
endmodule
