// The complete interface between Swift and Little CMS. Profiles are never computed by hand.
//
// Each call uses a separate context, whose errors are neither counted nor printed. Any number of threads may use a transform at
// the same time: it has no cache.
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

/// Converts from a profile's space to sRGB, and gray to gray with sRGB's curve: relative colorimetric with black point
/// compensation. Samples have 16 bits. With `has_alpha`, pixels have one more sample, which is copied.
/// Null if the profile is broken or of another space, or if memory is exhausted.
color_transform *_Nullable color_transform_create(const uint8_t *profile, size_t count, color_space space,
                                                    bool has_alpha);
void color_transform_destroy(color_transform *transform);

/// Thread-safe. `from` and `to` may be the same if both spaces have the same number of channels.
void color_transform_run(const color_transform *transform, const uint16_t *from, uint16_t *to, size_t pixels);

typedef enum __attribute__((enum_extensibility(closed))) {
  COLOR_CURVE_POWER,   ///< `gamma`: 1 is linear
  COLOR_CURVE_SRGB,
  COLOR_CURVE_BT709,
} color_curve;

/// Makes an RGB profile of primaries and one curve. `xy` has x and y of white, red, green and blue. Without primaries, makes a
/// gray profile of the curve. The same arguments give the same bytes.
/// Returns the size of the profile, or 0 if there is none. Writes the profile if `capacity` is large enough.
size_t color_profile_make(const double *_Nullable xy, color_curve curve, double gamma, uint8_t *_Nullable profile,
                           size_t capacity);

/// Makes the gray profile of an image whose gray means equal red, green and blue of an RGB profile. As `color_profile_make`; also
/// returns 0 if the profile is broken or not RGB.
size_t color_gray_profile_make(const uint8_t *rgb, size_t rgb_count, uint8_t *_Nullable profile, size_t capacity);

/// The version of the library in use, as in 2140 for 2.14.
int color_library_version(void);

#pragma clang assume_nonnull end

#endif
