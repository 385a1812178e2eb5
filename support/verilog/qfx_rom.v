// Constants from a file, a word after the clock edge. BLOCK: block RAM, else look-up tables. One
// word alone is a constant and has no register.
module qfx_rom #(
    parameter WIDTH = 8,
    parameter DEPTH = 64,
    parameter ADDRESS_WIDTH = 6,
    parameter BLOCK = 0,
    parameter FILE = ""
) (
    input  wire                     clk,
    input  wire                     read,
    input  wire [ADDRESS_WIDTH-1:0] address,
    output wire [        WIDTH-1:0] data
);
  generate
    if (DEPTH == 1) begin : one
      reg [WIDTH-1:0] words[0:0];
      if (FILE != "") begin : contents
        initial $readmemh(FILE, words);
      end
      assign data = words[0];
      wire _unused_ok = &{1'b0, clk, read, address};
    end else if (BLOCK != 0) begin : block_ram
      (* rom_style = "block" *) reg [WIDTH-1:0] words[0:DEPTH-1];
      if (FILE != "") begin : contents
        initial $readmemh(FILE, words);
      end
      reg [WIDTH-1:0] word;
      always @(posedge clk) if (read) word <= words[address];
      assign data = word;
    end else begin : look_up
`ifdef YOSYS
      // "distributed" it takes for RAM, which cannot be filled.
      (* rom_style = "logic" *) reg [WIDTH-1:0] words[0:DEPTH-1];
`else
      (* rom_style = "distributed" *) reg [WIDTH-1:0] words[0:DEPTH-1];
`endif
      if (FILE != "") begin : contents
        initial $readmemh(FILE, words);
      end
      reg [WIDTH-1:0] word;
      always @(posedge clk) if (read) word <= words[address];
      assign data = word;
    end
  endgenerate
endmodule
