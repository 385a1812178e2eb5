// Integers of 128 bits: an extension of the compilers, hence named in one place.
#pragma once

namespace qfx {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

}  // namespace qfx
