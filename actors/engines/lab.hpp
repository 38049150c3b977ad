#pragma once

namespace atelier {

/// A colour of CIE L*a*b* under D65: lightness 0 to 100, a* from green to red, b* from blue to yellow.
/// Source: CIE 015:2018, section 8.2.1.
struct lab {
    float l = 0;
    float a = 0;
    float b = 0;
};

/// A colour of sRGB as it is stored (IEC 61966-2-1), each channel from 0 to 1.
struct srgb {
    float r = 0;
    float g = 0;
    float b = 0;
};

[[nodiscard]] lab to_lab(srgb colour);

/// The nearest colour of the same lightness and hue that sRGB can show: saturation gives way, not the hue.
[[nodiscard]] srgb to_srgb(lab colour);

/// How colourful it is; 0 is grey.
[[nodiscard]] float chroma(lab colour);

/// The euclidean distance (CIE 1976 ΔE).
[[nodiscard]] float distance(lab x, lab y);

} // namespace atelier
