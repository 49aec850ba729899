/* Floor fitting, eight lines at a time (included by floor1.c under FAST_SSE2).

   The fit asks for the quantised mask at every line again and again; here it is quantised once. */

typedef struct{
  /* the mask in 1/1024 of its range, as vorbis_dBquant gives it, with room for eight past the end */
  float *level;
  short *quantized;
  /* -1 where the spectrum reaches the mask but for twofitatten, else 0 */
  short *reached;
}floor_lines;

static void floor_lines_of(floor_lines *to,const float *flr,const float *mdct,int n,vorbis_info_floor1 *info){
  const __m128 atten=_mm_set_ps1(info->twofitatten);
  int i;
  for(i=0;i<n;i+=8){
    __m128 level[2], reached[2];
    int k;
    for(k=0;k<2;k++){
      const __m128 mask=_mm_loadu_ps(flr+i+4*k);
      __m128 x=_mm_add_ps(_mm_mul_ps(mask,PM128(pfv0)),PM128(pfv1));
      x=_mm_min_ps(_mm_max_ps(x,PM128(PFV_0)),PM128(pfv2));
      level[k]=_mm_cvtepi32_ps(_mm_cvttps_epi32(x));
      reached[k]=_mm_cmpge_ps(_mm_add_ps(_mm_loadu_ps(mdct+i+4*k),atten),mask);
      _mm_storeu_ps(to->level+i+4*k,level[k]);
    }
    _mm_storeu_si128((__m128i*)(to->quantized+i),
      _mm_packs_epi32(_mm_cvttps_epi32(level[0]),_mm_cvttps_epi32(level[1])));
    _mm_storeu_si128((__m128i*)(to->reached+i),
      _mm_packs_epi32(_mm_castps_si128(reached[0]),_mm_castps_si128(reached[1])));
  }
}

static int sum_lanes(__m128i x){
  x=_mm_add_epi32(x,_mm_shuffle_epi32(x,_MM_SHUFFLE(1,0,3,2)));
  x=_mm_add_epi32(x,_mm_shuffle_epi32(x,_MM_SHUFFLE(2,3,0,1)));
  return _mm_cvtsi128_si32(x);
}

/* accumulate_fit: sums over the lines that have a level, apart for those that reach the mask. */
static int accumulate_fit_sse2(const floor_lines *lines,int x0,int x1,lsfit_acc *a,int n){
  const __m128i ones=_mm_set1_epi16(1), none=_mm_setzero_si128();
  const __m128i eight=_mm_set1_epi16(8);
  /* x, y, x*x, y*y, x*y, count; of those that reach the mask, and of all */
  __m128i in[6], all[6];
  __m128i x, end;
  int i,k;

  memset(a,0,sizeof(*a));
  a->x0=x0;
  a->x1=x1;
  if(x1>=n)x1=n-1;
  for(k=0;k<6;k++)in[k]=all[k]=none;
  x=_mm_add_epi16(_mm_set1_epi16(x0),_mm_setr_epi16(0,1,2,3,4,5,6,7));
  end=_mm_set1_epi16(x1+1);
  for(i=x0;i<=x1;i+=8,x=_mm_add_epi16(x,eight)){
    __m128i y=_mm_loadu_si128((const __m128i*)(lines->quantized+i));
    const __m128i counted=_mm_andnot_si128(_mm_cmpeq_epi16(y,none),_mm_cmplt_epi16(x,end));
    const __m128i reached=_mm_and_si128(counted,_mm_loadu_si128((const __m128i*)(lines->reached+i)));
    __m128i xin=_mm_and_si128(x,reached), yin=_mm_and_si128(y,reached);
    const __m128i xall=_mm_and_si128(x,counted);
    y=_mm_and_si128(y,counted);
#define ADD(to,p,q) to=_mm_add_epi32(to,_mm_madd_epi16(p,q))
    ADD(in[0],xin,ones);   ADD(all[0],xall,ones);
    ADD(in[1],yin,ones);   ADD(all[1],y,ones);
    ADD(in[2],xin,xin);    ADD(all[2],xall,xall);
    ADD(in[3],yin,yin);    ADD(all[3],y,y);
    ADD(in[4],xin,yin);    ADD(all[4],xall,y);
    ADD(in[5],_mm_and_si128(reached,ones),ones);
    ADD(all[5],_mm_and_si128(counted,ones),ones);
#undef ADD
  }
  a->xa =sum_lanes(in[0]);  a->xb =sum_lanes(all[0])-a->xa;
  a->ya =sum_lanes(in[1]);  a->yb =sum_lanes(all[1])-a->ya;
  a->x2a=sum_lanes(in[2]);  a->x2b=sum_lanes(all[2])-a->x2a;
  a->y2a=sum_lanes(in[3]);  a->y2b=sum_lanes(all[3])-a->y2a;
  a->xya=sum_lanes(in[4]);  a->xyb=sum_lanes(all[4])-a->xya;
  a->an =sum_lanes(in[5]);  a->bn =sum_lanes(all[5])-a->an;
  return a->an;
}

/* The sums of a stretch in the order of fit_line, those that reach the mask weighted: x, y, x*x, y*y, x*y, count. */
typedef struct{
  int x0,x1;
  double sum[6];
}weighted_fit;

static void weigh(weighted_fit *to,const lsfit_acc *a,vorbis_info_floor1 *info){
  const double weight=(a->bn+a->an)*info->twofitweight/(a->an+1)+1.;
  to->x0=a->x0;
  to->x1=a->x1;
  to->sum[0]=a->xb+a->xa*weight;
  to->sum[1]=a->yb+a->ya*weight;
  to->sum[2]=a->x2b+a->x2a*weight;
  to->sum[3]=a->y2b+a->y2a*weight;
  to->sum[4]=a->xyb+a->xya*weight;
  to->sum[5]=a->bn+a->an*weight;
}

static void sum_fits(const weighted_fit *a,int fits,double sum[6]){
  __m128d x=_mm_setzero_pd(), xx=x, xy=x;
  int i;
  for(i=0;i<fits;i++){
    x =_mm_add_pd(x ,_mm_loadu_pd(a[i].sum));
    xx=_mm_add_pd(xx,_mm_loadu_pd(a[i].sum+2));
    xy=_mm_add_pd(xy,_mm_loadu_pd(a[i].sum+4));
  }
  _mm_storeu_pd(sum,x);
  _mm_storeu_pd(sum+2,xx);
  _mm_storeu_pd(sum+4,xy);
}

/* inspect_error: the line from (x0,y0) to (x1,y1) steps by base, and by one more as often as its error has
   overflowed: ady*k/adx times after k steps, whose floor is exact in a float, as adx is at most 4096. */
static int inspect_error_sse2(int x0,int x1,int y0,int y1,const floor_lines *lines,vorbis_info_floor1 *info){
  const int dy=y1-y0, adx=x1-x0, base=dy/adx;
  const __m128 over=_mm_set_ps1(info->maxover), under=_mm_set_ps1(info->maxunder);
  const __m128 slope=_mm_set_ps1(abs(dy)-abs(base*adx)), run=_mm_set_ps1(adx);
  const __m128 step=_mm_set_ps1(base), sign=_mm_set_ps1(dy<0?-1.f:1.f), start=_mm_set_ps1(y0);
  const __m128 four=_mm_set_ps1(4.f), zero=_mm_setzero_ps();
  __m128 k=_mm_setr_ps(0.f,1.f,2.f,3.f);
  __m128i mse=_mm_setzero_si128();
  int x,total;
  for(x=x0;x<x1;x+=8){
    __m128i off[2];
    int half;
    const __m128i reached=_mm_loadu_si128((const __m128i*)(lines->reached+x));
    for(half=0;half<2;half++){
      const __m128 val=_mm_loadu_ps(lines->level+x+4*half);
      const __m128 within=_mm_cmplt_ps(k,run);
      const __m128 more=_mm_cvtepi32_ps(_mm_cvttps_epi32(_mm_div_ps(_mm_mul_ps(slope,k),run)));
      const __m128 y=_mm_add_ps(_mm_add_ps(start,_mm_mul_ps(step,k)),_mm_mul_ps(sign,more));
      const __m128 far=_mm_or_ps(_mm_cmplt_ps(_mm_add_ps(y,over),val),_mm_cmpgt_ps(_mm_sub_ps(y,under),val));
      /* the first line counts even without a level */
      const __m128 level=_mm_or_ps(_mm_cmpneq_ps(val,zero),_mm_cmpeq_ps(k,zero));
      const __m128 here=_mm_castsi128_ps(half ? _mm_unpackhi_epi16(reached,reached) : _mm_unpacklo_epi16(reached,reached));
      if(_mm_movemask_ps(_mm_and_ps(_mm_and_ps(far,level),_mm_and_ps(here,within))))return(1);
      off[half]=_mm_cvttps_epi32(_mm_and_ps(_mm_sub_ps(y,val),within));
      k=_mm_add_ps(k,four);
    }
    off[0]=_mm_packs_epi32(off[0],off[1]);
    mse=_mm_add_epi32(mse,_mm_madd_epi16(off[0],off[0]));
  }
  total=sum_lanes(mse);
  if(info->maxover*info->maxover/adx>info->maxerr)return(0);
  if(info->maxunder*info->maxunder/adx>info->maxerr)return(0);
  if(total/adx>info->maxerr)return(1);
  return(0);
}

/* render_line0, stepping as above. */
static void render_line0_sse2(int n,int x0,int x1,int y0,int y1,int *d){
  const int dy=y1-y0, adx=x1-x0, base=dy/adx;
  const __m128 slope=_mm_set_ps1(abs(dy)-abs(base*adx)), run=_mm_set_ps1(adx);
  const __m128 step=_mm_set_ps1(base), sign=_mm_set_ps1(dy<0?-1.f:1.f), start=_mm_set_ps1(y0);
  __m128 k=_mm_setr_ps(0.f,1.f,2.f,3.f);
  int x;
  if(n>x1)n=x1;
  for(x=x0;x<n;x+=4,k=_mm_add_ps(k,_mm_set_ps1(4.f))){
    const __m128 more=_mm_cvtepi32_ps(_mm_cvttps_epi32(_mm_div_ps(_mm_mul_ps(slope,k),run)));
    const __m128i y=_mm_cvttps_epi32(_mm_add_ps(_mm_add_ps(start,_mm_mul_ps(step,k)),_mm_mul_ps(sign,more)));
    if(x+4<=n){
      _mm_storeu_si128((__m128i*)(d+x),y);
    }else{
      int last[4];
      _mm_storeu_si128((__m128i*)last,y);
      memcpy(d+x,last,(n-x)*sizeof(*d));
    }
  }
}
