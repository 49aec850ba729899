/* Masks mixed, four lines at a time (included by psy.c under FAST_SSE2): the spreading that opens the impulse blocks
   of M3, and the main loop of _vp_offset_and_mix for all other blocks. */

/* The spreading of set_m3p: each line raises those above it by `step` over their own width where they lie below a
   slope that falls from it. */
static void spread_sse2(float *temp,const float *level,const int *width,int n,double step){
  int i,j;
  for(i=0;i<n;i++){
    const float cell=75/(float)width[i];
    const __m128 from=_mm_set_ps1(level[i]), slope=_mm_set_ps1(cell);
    for(j=1;j+4<=width[i];j+=4){
      const __m128 old=_mm_loadu_ps(temp+i+j);
      const __m128 k=_mm_add_ps(_mm_set_ps1((float)j),_mm_setr_ps(0.f,1.f,2.f,3.f));
      const __m128 below=_mm_cmplt_ps(old,_mm_sub_ps(from,_mm_mul_ps(slope,k)));
      if(_mm_movemask_ps(below)){
        const __m128 w=_mm_cvtepi32_ps(_mm_loadu_si128((const __m128i*)(width+i+j)));
        const __m128d whole=_mm_set1_pd(step);
        const __m128d low=_mm_add_pd(_mm_cvtps_pd(old),_mm_div_pd(whole,_mm_cvtps_pd(w)));
        const __m128d high=_mm_add_pd(_mm_cvtps_pd(_mm_movehl_ps(old,old)),
                                      _mm_div_pd(whole,_mm_cvtps_pd(_mm_movehl_ps(w,w))));
        const __m128 raised=_mm_movelh_ps(_mm_cvtpd_ps(low),_mm_cvtpd_ps(high));
        _mm_storeu_ps(temp+i+j,_mm_or_ps(_mm_and_ps(below,raised),_mm_andnot_ps(below,old)));
      }
    }
    for(;j<width[i];j++)
      if(temp[i+j]<level[i]-(cell*j))temp[i+j]+=step/(float)width[i+j];
  }
}

/* The factor of M1: 1 - difference*slope*m_val in doubles, at least 0.0001. */
STIN __m128 compensation_ps(__m128 difference,__m128 above,double m_val){
  const __m128d one=_mm_set1_pd(1.0), m=_mm_set1_pd(m_val);
  const __m128d steep=_mm_set1_pd(0.005), flat=_mm_set1_pd(0.0003);
  const __m128d low=_mm_castps_pd(_mm_unpacklo_ps(above,above));
  const __m128d high=_mm_castps_pd(_mm_unpackhi_ps(above,above));
  __m128d a=_mm_cvtps_pd(difference), b=_mm_cvtps_pd(_mm_movehl_ps(difference,difference));
  __m128 factor;
  a=_mm_mul_pd(_mm_mul_pd(a,_mm_or_pd(_mm_and_pd(low,steep),_mm_andnot_pd(low,flat))),m);
  b=_mm_mul_pd(_mm_mul_pd(b,_mm_or_pd(_mm_and_pd(high,steep),_mm_andnot_pd(high,flat))),m);
  factor=_mm_movelh_ps(_mm_cvtpd_ps(_mm_sub_pd(one,a)),_mm_cvtpd_ps(_mm_sub_pd(one,b)));
  {
    const __m128 negative=_mm_cmplt_ps(factor,_mm_setzero_ps());
    return _mm_or_ps(_mm_and_ps(negative,_mm_set_ps1(0.0001f)),_mm_andnot_ps(negative,factor));
  }
}

static void mix_sse2(const vorbis_look_psy *p,const float *noise,const float *tone,const int offset_select,
                     const float toneatt,const float low_compand,const local_mod4_psy *mp4,
                     float *logmask,float *mdct,const float *logmdct){
  const float *offset=p->noiseoffset[offset_select];
  const __m128 most=_mm_set_ps1(p->vi->noisemaxsupp), att=_mm_set_ps1(toneatt), compand=_mm_set_ps1(low_compand);
  const __m128 thres=_mm_set_ps1(mp4->thres);
  const __m128 m1=_mm_set_ps1(-17.2);
  const __m128i lanes=_mm_setr_epi32(0,1,2,3);
  int i;
  for(i=0;i<p->n;i+=4){
    const __m128i line=_mm_add_epi32(_mm_set1_epi32(i),lanes);
    const __m128 beyond=_mm_castsi128_ps(_mm_cmpgt_epi32(line,_mm_set1_epi32(mp4->start)));
    const __m128 inside=_mm_and_ps(beyond,_mm_castsi128_ps(_mm_cmplt_epi32(line,_mm_set1_epi32(mp4->end))));
    const __m128 level=_mm_loadu_ps(logmdct+i);
    const __m128 val=_mm_min_ps(_mm_add_ps(_mm_loadu_ps(noise+i),_mm_loadu_ps(offset+i)),most);
    const __m128 tval=_mm_sub_ps(_mm_add_ps(_mm_loadu_ps(tone+i),att),_mm_andnot_ps(beyond,compand));
    const __m128 noisy=_mm_cmpgt_ps(val,tval);
    /* M4 */
    const __m128 lowered=_mm_and_ps(inside,_mm_cmplt_ps(level,tval));
    const __m128 below=_mm_cmplt_ps(level,val);
    const __m128 part=_mm_sub_ps(tval,_mm_mul_ps(_mm_sub_ps(tval,val),thres));
    __m128 mask=_mm_or_ps(_mm_and_ps(below,part),_mm_andnot_ps(below,level));
    mask=_mm_or_ps(_mm_and_ps(lowered,mask),_mm_andnot_ps(lowered,tval));
    _mm_storeu_ps(logmask+i,_mm_or_ps(_mm_and_ps(noisy,val),_mm_andnot_ps(noisy,mask)));
    if(offset_select==1){
      const __m128 over=_mm_sub_ps(val,level);
      const __m128 factor=compensation_ps(_mm_sub_ps(over,m1),_mm_cmpgt_ps(over,m1),p->m_val);
      _mm_storeu_ps(mdct+i,_mm_mul_ps(_mm_loadu_ps(mdct+i),factor));
    }
  }
}
