// How many of six bits are set: three six-input tables.
module qfx_count6 (
    input  wire [5:0] x,
    output wire [2:0] count
);
  // Pairs: at least one, both.
  wire [2:0] any = {x[5] | x[4], x[3] | x[2], x[1] | x[0]};
  wire [2:0] both = {x[5] & x[4], x[3] & x[2], x[1] & x[0]};
  wire four_or_more = (both[0] & both[1]) | (both[0] & both[2]) | (both[1] & both[2]) |
                      (both[0] & any[1] & any[2]) | (both[1] & any[0] & any[2]) |
                      (both[2] & any[0] & any[1]);
  wire two_or_more = (|both) | (any[0] & any[1]) | (any[0] & any[2]) | (any[1] & any[2]);
  assign count = {four_or_more, (two_or_more & !four_or_more) | (&both), ^x};
endmodule
