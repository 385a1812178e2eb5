# The JSON library is most of what a file of the model's reader compiles.
target_precompile_headers(qfx_graph PRIVATE <nlohmann/json.hpp> <fmt/format.h> <algorithm> <functional> <map> <string> <variant>
  <vector>)
