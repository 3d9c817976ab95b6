// The whole contract between Swift and Little CMS: profiles are never computed by hand.
//
// Everything runs in a context of its own, whose errors are counted by nobody and printed nowhere. A transform may be used
// by any number of threads at once: it keeps no cache.
#ifndef CCOLOUR_H
#define CCOLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The colour space of pixels, by its number of colour channels.
typedef enum __attribute__((enum_extensibility(closed))) {
  COLOUR_GRAY = 1,
  COLOUR_RGB = 3,
  COLOUR_CMYK = 4,  ///< 0 for no ink
} colour_space;

typedef struct colour_transform colour_transform;

/// From a profile's space to sRGB, gray to gray of sRGB's curve: relative colorimetric with black point compensation.
/// Samples have 16 bits. With `has_alpha` pixels have one more sample, which is copied.
/// Null where the profile is broken, or of another space, or memory is out.
colour_transform *_Nullable colour_transform_create(const uint8_t *profile, size_t count, colour_space space,
                                                    bool has_alpha);
void colour_transform_destroy(colour_transform *transform);

/// Safe for threads. `from` and `to` may be the same where the spaces have as many channels.
void colour_transform_run(const colour_transform *transform, const uint16_t *from, uint16_t *to, size_t pixels);

typedef enum __attribute__((enum_extensibility(closed))) {
  COLOUR_CURVE_POWER,   ///< `gamma`: 1 is linear
  COLOUR_CURVE_SRGB,
  COLOUR_CURVE_BT709,
} colour_curve;

/// An RGB profile of primaries and one curve: white, red, green and blue, x and y each. Without primaries a gray profile
/// of the curve. Made anew it has the same bytes.
/// Returns its size, 0 where there is none; writes it where `capacity` suffices.
size_t colour_profile_make(const double *_Nullable xy, colour_curve curve, double gamma, uint8_t *_Nullable profile,
                           size_t capacity);

/// The gray profile of an image whose gray stands for equal red, green and blue of an RGB profile. As
/// `colour_profile_make`; 0 too where the profile is broken or not of RGB.
size_t colour_gray_profile_make(const uint8_t *rgb, size_t rgb_count, uint8_t *_Nullable profile, size_t capacity);

/// Of the library in use, as in 2140 for 2.14.
int colour_library_version(void);

#pragma clang assume_nonnull end

#endif
