// Fills in the reports of CImageCodecs.h.
#ifndef CWEBPCODEC_REPORT_H
#define CWEBPCODEC_REPORT_H

#include <stdio.h>
#include <string.h>

#include "CWebPCodec.h"

static inline codec_status report_failure(codec_report *report, codec_reason reason, const char *text) {
  report->reason = reason;
  snprintf(report->message, sizeof report->message, "%s", text);
  return CODEC_FAILED;
}

static inline codec_status report_damage(codec_report *report, codec_reason reason, const char *text) {
  report_failure(report, reason, text);
  report->damage = 1;
  return CODEC_DAMAGED;
}

#endif
