/* Pre- and post-echo of all bands at once (included by envelope.c under FAST_SSE2). The amplitudes of a window
   stand side by side: ve->amp[channel][window][band]. */

static int trigger_sse2(const envelope_lookup *ve,const vorbis_info_psy_global *gi,envelope_filter_state *filters,
                        const float *acc,int stretch,float penalty){
  float *amp=ve->amp+(filters-ve->filter)*VE_AMP;
  const __m128 pen=_mm_set_ps1(penalty);
  const int this=filters->ampptr, last=this ? this-1 : VE_AMP-1;
  int ret=0, band, i;
  for(band=0;band<VE_BANDS;band+=4){
    const __m128 now=_mm_loadu_ps(acc+band), before=_mm_loadu_ps(amp+last*VE_BANDS+band);
    __m128 premax=_mm_set_ps1(-99999.f), premin=_mm_set_ps1(99999.f), rise, fall;
    int p=last;
    for(i=0;i<stretch;i++){
      p=p ? p-1 : VE_AMP-1;
      premax=_mm_max_ps(premax,_mm_loadu_ps(amp+p*VE_BANDS+band));
      premin=_mm_min_ps(premin,_mm_loadu_ps(amp+p*VE_BANDS+band));
    }
    fall=_mm_sub_ps(_mm_min_ps(now,before),premin);
    rise=_mm_sub_ps(_mm_max_ps(now,before),premax);
    if(_mm_movemask_ps(_mm_cmpgt_ps(rise,_mm_add_ps(_mm_loadu_ps(gi->preecho_thresh+band),pen))))ret|=1|4;
    if(_mm_movemask_ps(_mm_cmplt_ps(fall,_mm_sub_ps(_mm_loadu_ps(gi->postecho_thresh+band),pen))))ret|=2;
    _mm_storeu_ps(amp+this*VE_BANDS+band,now);
  }
  filters->ampptr=this+1<VE_AMP ? this+1 : 0;
  return ret;
}
