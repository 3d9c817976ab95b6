// The whole contract between Swift and Little CMS: profiles are never computed by hand.
//
// Everything runs in a context of its own, whose errors are counted by nobody and printed nowhere. A transform may be used
// by any number of threads at once: it keeps no cache.
#ifndef CCOLOR_H
#define CCOLOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The color space of pixels, by its number of color channels.
typedef enum __attribute__((enum_extensibility(closed))) {
  COLOR_GRAY = 1,
  COLOR_RGB = 3,
  COLOR_CMYK = 4,  ///< 0 for no ink
} color_space;

typedef struct color_transform color_transform;

/// From a profile's space to sRGB, gray to gray of sRGB's curve: relative colorimetric with black point compensation.
/// Samples have 16 bits. With `has_alpha` pixels have one more sample, which is copied.
/// Null where the profile is broken, or of another space, or memory is out.
color_transform *_Nullable color_transform_create(const uint8_t *profile, size_t count, color_space space,
                                                    bool has_alpha);
void color_transform_destroy(color_transform *transform);

/// Safe for threads. `from` and `to` may be the same where the spaces have as many channels.
void color_transform_run(const color_transform *transform, const uint16_t *from, uint16_t *to, size_t pixels);

typedef enum __attribute__((enum_extensibility(closed))) {
  COLOR_CURVE_POWER,   ///< `gamma`: 1 is linear
  COLOR_CURVE_SRGB,
  COLOR_CURVE_BT709,
} color_curve;

/// An RGB profile of primaries and one curve: white, red, green and blue, x and y each. Without primaries a gray profile
/// of the curve. Made anew it has the same bytes.
/// Returns its size, 0 where there is none; writes it where `capacity` suffices.
size_t color_profile_make(const double *_Nullable xy, color_curve curve, double gamma, uint8_t *_Nullable profile,
                           size_t capacity);

/// The gray profile of an image whose gray stands for equal red, green and blue of an RGB profile. As
/// `color_profile_make`; 0 too where the profile is broken or not of RGB.
size_t color_gray_profile_make(const uint8_t *rgb, size_t rgb_count, uint8_t *_Nullable profile, size_t capacity);

/// Of the library in use, as in 2140 for 2.14.
int color_library_version(void);

#pragma clang assume_nonnull end

#endif
