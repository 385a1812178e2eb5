// For simulation: writes the elements of words that move on to trace_ID.hex, one a line, in the folder
// that +qfx_traces=FOLDER names. Elements come in groups; what the last word of a group holds beyond
// it is padding and left out. The file is made when the first word moves.
module qfx_trace #(
    parameter ID = 0,
    parameter WIDTH = 8,
    parameter LANES = 1,
    parameter GROUP = 1
) (
    input wire                   clk,
    input wire                   rst,
    input wire                   fire,
    input wire [LANES*WIDTH-1:0] data
);
  integer file, done, lane;
  reg [8*1024-1:0] folder;
  reg [8*1100-1:0] path;
  initial begin
    file = 0;
    done = 0;
    if ($value$plusargs("qfx_traces=%s", folder) == 0) folder = ".";
    $sformat(path, "%0s/trace_%0d.hex", folder, ID);
  end
  always @(posedge clk)
    if (rst) done <= 0;
    else if (fire) begin
      if (file == 0) file = $fopen(path, "w");
      for (lane = 0; lane < LANES && done + lane < GROUP; lane = lane + 1)
        $fwrite(file, "%h\n", data[lane*WIDTH+:WIDTH]);
      done <= done + LANES >= GROUP ? 0 : done + LANES;
    end
endmodule
