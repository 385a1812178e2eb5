// A memory with one port to write and one to read; what is read is there after the clock edge. A
// word that is written while it is read is undefined. BLOCK: block RAM, else look-up tables.
module qfx_ram #(
    parameter WIDTH = 8,
    parameter DEPTH = 64,
    parameter ADDRESS_WIDTH = 6,
    parameter BLOCK = 0
) (
    input  wire                     clk,
    input  wire                     write,
    input  wire [ADDRESS_WIDTH-1:0] write_address,
    input  wire [        WIDTH-1:0] write_data,
    input  wire                     read,
    input  wire [ADDRESS_WIDTH-1:0] read_address,
    output reg  [        WIDTH-1:0] read_data
);
  generate
    if (DEPTH == 1) begin : one
      reg [WIDTH-1:0] word;
      always @(posedge clk) begin
        if (write) word <= write_data;
        if (read) read_data <= word;
      end
      wire _unused_ok = &{1'b0, write_address, read_address};
    end else if (BLOCK != 0) begin : block_ram
      (* ram_style = "block" *) reg [WIDTH-1:0] words[0:DEPTH-1];
      always @(posedge clk) begin
        if (write) words[write_address] <= write_data;
        if (read) read_data <= words[read_address];
      end
    end else begin : look_up
      (* ram_style = "distributed" *) reg [WIDTH-1:0] words[0:DEPTH-1];
      always @(posedge clk) begin
        if (write) words[write_address] <= write_data;
        if (read) read_data <= words[read_address];
      end
    end
  endgenerate
endmodule
