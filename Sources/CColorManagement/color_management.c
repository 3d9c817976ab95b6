#include "CColorManagement.h"

#include <lcms2.h>
#include <stdlib.h>
#include <string.h>

struct color_transform {
  cmsContext context;
  cmsHTRANSFORM handle;
};

static cmsToneCurve *curve_of(cmsContext context, color_curve curve, double gamma) {
  // ICC parametric curves of type 4: Y = (aX + b)^g for X >= d, else cX (IEC 61966-2-1; ITU-R BT.709-6, 1.2).
  static const cmsFloat64Number srgb[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  static const cmsFloat64Number bt709[] = {1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081};
  switch (curve) {
    case COLOR_CURVE_POWER: return cmsBuildGamma(context, gamma);
    case COLOR_CURVE_SRGB: return cmsBuildParametricToneCurve(context, 4, srgb);
    case COLOR_CURVE_BT709: return cmsBuildParametricToneCurve(context, 4, bt709);
  }
  return NULL;
}

static cmsHPROFILE gray_srgb(cmsContext context) {
  cmsToneCurve *curve = curve_of(context, COLOR_CURVE_SRGB, 0);
  if (!curve) return NULL;
  cmsHPROFILE profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
  cmsFreeToneCurve(curve);
  return profile;
}

static cmsColorSpaceSignature signature_of(color_space space) {
  switch (space) {
    case COLOR_GRAY: return cmsSigGrayData;
    case COLOR_RGB: return cmsSigRgbData;
    case COLOR_CMYK: return cmsSigCmykData;
  }
  return (cmsColorSpaceSignature)0;
}

static cmsUInt32Number format_of(color_space space, bool has_alpha) {
  const cmsUInt32Number extra = EXTRA_SH(has_alpha ? 1u : 0u);
  switch (space) {
    case COLOR_GRAY: return TYPE_GRAY_16 | extra;
    case COLOR_RGB: return TYPE_RGB_16 | extra;
    case COLOR_CMYK: return TYPE_CMYK_16 | extra;
  }
  return 0;
}

static cmsHTRANSFORM transform_between(cmsContext context, cmsHPROFILE source, color_space space, bool has_alpha) {
  if (cmsGetColorSpace(source) != signature_of(space)) return NULL;
  cmsHPROFILE target = space == COLOR_GRAY ? gray_srgb(context) : cmsCreate_sRGBProfileTHR(context);
  if (!target) return NULL;
  // Without the library's optimizations, which replace curves by a table of colors, with errors of up to 12 in 255.
  const cmsUInt32Number flags = cmsFLAGS_NOCACHE | cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOOPTIMIZE |
                                (has_alpha ? cmsFLAGS_COPY_ALPHA : 0u);
  cmsHTRANSFORM handle = cmsCreateTransformTHR(
    context, source, format_of(space, has_alpha), target,
    format_of(space == COLOR_GRAY ? COLOR_GRAY : COLOR_RGB, has_alpha), INTENT_RELATIVE_COLORIMETRIC, flags);
  cmsCloseProfile(target);
  return handle;
}

color_transform *color_transform_create(const uint8_t *profile, size_t count, color_space space, bool has_alpha) {
  color_transform *transform = calloc(1, sizeof *transform);
  if (!transform) return NULL;
  transform->context = cmsCreateContext(NULL, NULL);
  cmsHPROFILE source = NULL;
  if (transform->context && count <= UINT32_MAX) {
    source = cmsOpenProfileFromMemTHR(transform->context, profile, (cmsUInt32Number)count);
  }
  if (source) {
    transform->handle = transform_between(transform->context, source, space, has_alpha);
    cmsCloseProfile(source);
  }
  if (transform->handle) return transform;
  color_transform_destroy(transform);
  return NULL;
}

void color_transform_destroy(color_transform *transform) {
  if (transform->handle) cmsDeleteTransform(transform->handle);
  if (transform->context) cmsDeleteContext(transform->context);
  free(transform);
}

void color_transform_run(const color_transform *transform, const uint16_t *from, uint16_t *to, size_t pixels) {
  cmsDoTransform(transform->handle, from, to, (cmsUInt32Number)pixels);
}

static cmsHPROFILE profile_of(cmsContext context, const double *xy, cmsToneCurve *curve) {
  if (!xy) return cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
  const cmsCIExyY white = {xy[0], xy[1], 1};
  const cmsCIExyYTRIPLE primaries = {{xy[2], xy[3], 1}, {xy[4], xy[5], 1}, {xy[6], xy[7], 1}};
  cmsToneCurve *curves[3] = {curve, curve, curve};
  return cmsCreateRGBProfileTHR(context, &white, &primaries, curves);
}

/// Little CMS writes the current time as the time of creation (ICC.1:2022, 7.2.8), so that two runs would give different bytes.
static void set_date(uint8_t *profile) {
  enum { date_offset = 24 };
  // 1 January 2000, 00:00:00: year, month, day, hours, minutes and seconds, two bytes each.
  static const uint8_t date[12] = {0x07, 0xD0, 0, 1, 0, 1};
  memcpy(profile + date_offset, date, sizeof date);
}

/// Writes a profile if `capacity` is large enough, and closes it.
static size_t save(cmsHPROFILE made, uint8_t *profile, size_t capacity) {
  enum { header_bytes = 128 };
  cmsUInt32Number count = 0;
  if (!cmsSaveProfileToMem(made, NULL, &count) || count < header_bytes) count = 0;
  if (profile && count > 0 && count <= capacity) {
    if (cmsSaveProfileToMem(made, profile, &count)) {
      set_date(profile);
    } else {
      count = 0;
    }
  }
  cmsCloseProfile(made);
  return count;
}

size_t color_profile_make(const double *xy, color_curve curve, double gamma, uint8_t *profile, size_t capacity) {
  cmsContext context = cmsCreateContext(NULL, NULL);
  cmsToneCurve *tone = context ? curve_of(context, curve, gamma) : NULL;
  cmsHPROFILE made = tone ? profile_of(context, xy, tone) : NULL;
  const size_t count = made ? save(made, profile, capacity) : 0;
  if (tone) cmsFreeToneCurve(tone);
  if (context) cmsDeleteContext(context);
  return count;
}

/// The luminance of equal red, green and blue, with 1 for white; null if the profile is broken or not RGB.
static cmsToneCurve *curve_of_equal_rgb(cmsContext context, cmsHPROFILE source) {
  enum { steps = 256 };  // one for each 8-bit value
  if (cmsGetColorSpace(source) != cmsSigRgbData) return NULL;
  cmsHPROFILE target = cmsCreateXYZProfileTHR(context);
  cmsHTRANSFORM transform =
    target ? cmsCreateTransformTHR(context, source, TYPE_RGB_16, target, TYPE_XYZ_DBL, INTENT_RELATIVE_COLORIMETRIC,
                                   cmsFLAGS_NOCACHE | cmsFLAGS_NOOPTIMIZE)
           : NULL;
  if (target) cmsCloseProfile(target);
  if (!transform) return NULL;
  cmsUInt16Number light[steps];
  for (int step = 0; step < steps; ++step) {
    const cmsUInt16Number value = (cmsUInt16Number)(step * 257);
    const cmsUInt16Number pixel[3] = {value, value, value};
    cmsCIEXYZ color = {0};
    cmsDoTransform(transform, pixel, &color, 1);
    const double y = color.Y > 0 ? color.Y < 1 ? color.Y : 1 : 0;
    light[step] = (cmsUInt16Number)(y * 65535 + 0.5);
  }
  cmsDeleteTransform(transform);
  return cmsBuildTabulatedToneCurve16(context, steps, light);
}

size_t color_gray_profile_make(const uint8_t *rgb, size_t rgb_count, uint8_t *profile, size_t capacity) {
  cmsContext context = cmsCreateContext(NULL, NULL);
  cmsHPROFILE source =
    context && rgb_count <= UINT32_MAX ? cmsOpenProfileFromMemTHR(context, rgb, (cmsUInt32Number)rgb_count) : NULL;
  cmsToneCurve *curve = source ? curve_of_equal_rgb(context, source) : NULL;
  cmsHPROFILE made = curve ? profile_of(context, NULL, curve) : NULL;
  const size_t count = made ? save(made, profile, capacity) : 0;
  if (curve) cmsFreeToneCurve(curve);
  if (source) cmsCloseProfile(source);
  if (context) cmsDeleteContext(context);
  return count;
}

int color_library_version(void) { return cmsGetEncodedCMMversion(); }
