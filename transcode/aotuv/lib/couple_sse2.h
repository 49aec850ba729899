/* Quantising, noise normalisation and coupling of one partition, four lines at a time (included by psy.c
   under FAST_SSE2). A partition has 8, 16 or 32 lines. */

#define PARTITION_MAX 32

STIN __m128 select_ps(__m128 mask,__m128 a,__m128 b){
  return _mm_or_ps(_mm_and_ps(mask,a),_mm_andnot_ps(mask,b));
}
STIN __m128i select_si128(__m128i mask,__m128i a,__m128i b){
  return _mm_or_si128(_mm_and_si128(mask,a),_mm_andnot_si128(mask,b));
}
/* x where the mask is not set, -x where it is */
STIN __m128 negate_ps(__m128 mask,__m128 x){
  return _mm_xor_ps(x,_mm_and_ps(mask,_mm_set_ps1(-0.f)));
}
STIN __m128i negate_epi32(__m128i mask,__m128i x){
  return _mm_sub_epi32(_mm_xor_si128(x,mask),mask);
}
STIN __m128i abs_epi32(__m128i x){
  return negate_epi32(_mm_srai_epi32(x,31),x);
}
/* the low halves of the products */
STIN __m128i square_epi32(__m128i x){
  const __m128i odd=_mm_srli_epi64(x,32);
  const __m128i even=_mm_mul_epu32(x,x), odds=_mm_mul_epu32(odd,odd);
  return _mm_unpacklo_epi32(_mm_shuffle_epi32(even,_MM_SHUFFLE(0,0,2,0)),
                            _mm_shuffle_epi32(odds,_MM_SHUFFLE(0,0,2,0)));
}
/* lanes j..j+3 that are at least `from` */
STIN __m128i lanes_from(int j,int from){
  return _mm_cmpgt_epi32(_mm_add_epi32(_mm_set1_epi32(j-from+1),_mm_setr_epi32(0,1,2,3)),_mm_setzero_si128());
}

/* Moves the `wanted` largest of `count` values to the front, the largest first, and of equal ones that which
   stands first; as by selecting and swapping one after the other. `value` has room up to a multiple of four. */
static void largest_first(float *value,int *line,int count,int wanted){
  int i,j;
  for(j=count;j&3;j++)value[j]=-1.f;
  for(i=0;i<wanted && i<count;i++){
    const int begin=i&~3;
    float largest=value[i];
    int place=i;
    __m128 most;
    /* the sorted ones of the first four are larger: only lanes from i on count */
    __m128 first=select_ps(_mm_castsi128_ps(lanes_from(begin,i)),_mm_loadu_ps(value+begin),_mm_set_ps1(-1.f));
    most=first;
    for(j=begin+4;j<count;j+=4)
      most=_mm_max_ps(most,_mm_loadu_ps(value+j));
    largest=_mm_max_horz(most);
    most=_mm_set_ps1(largest);
    j=begin;
    {
      int equal=_mm_movemask_ps(_mm_cmpeq_ps(first,most));
      for(j+=4;!equal && j<count;j+=4)
        equal=_mm_movemask_ps(_mm_cmpeq_ps(_mm_loadu_ps(value+j),most));
      if(!equal)return; /* no number */
      place=j-4+__builtin_ctz(equal);
    }
    value[place]=value[i];
    value[i]=largest;
    j=line[place];line[place]=line[i];line[i]=j;
  }
}

/* The end of noise_normalize: the largest of those that would be quantised to nothing become one, until
   their energy is made up for. */
static void promote(const vorbis_look_psy *p,const float *r,float *q,const float *f,float acc,const float nepeak,
                    float *value,int *line,int count,int *out){
  const vorbis_info_psy *vi=p->vi;
  int k,wanted=0;
  float left;
  acc+=acc*nepeak*nepeak;
  for(left=acc;wanted<count && left>=vi->normal_thresh;left-=1.f)wanted++;
  largest_first(value,line,count,wanted);
  for(k=0;k<count;k++){
    const int e=line[k];
    out[e]=k<wanted ? unitnorm(r[e]) : 0;
    q[e]=k<wanted ? f[e] : 0.f;
  }
}

/* The first line of a partition of n where noise is normalised. */
static int normal_start(const vorbis_look_psy *p,const float nepeak,const int i,const int n){
  const int start=p->vi->normal_p ? p->vi->normal_start-i : n;
  return start>n || nepeak<-0.5 ? n : start;
}

/* One channel of a partition: its residue, what of it is lossless, and noise normalisation. */
static void quantize_channel(const vorbis_look_psy *p,int limit,float prepoint,float postpoint,float prepoint_r,
                             float postpoint_r,const float *mdct,const float *enpeak,float nepeak,float *raw,
                             float *quant,float *floor,float *res,int *flag,int i,int jn,int *iout){
  const __m128 zero=_mm_setzero_ps();
  const int start=normal_start(p,nepeak,i,jn);
  float value[PARTITION_MAX+4], acc=0.f;
  int line[PARTITION_MAX], count=0, j;
  float point1=postpoint, point2=postpoint_r, step1=0.f, step2=0.f;
  const int ramp=limit-i>0 && limit-i-jn<=0;
  if(limit-i>0){
    point1=prepoint;
    point2=prepoint_r;
  }
  if(ramp){
    step1=(postpoint-prepoint)/jn;
    step2=(postpoint_r-prepoint_r)/jn;
  }
  for(j=0;j<jn;j+=4){
    const __m128 x=_mm_loadu_ps(mdct+j);
    const __m128 square=_mm_mul_ps(x,x);
    const __m128 magnitude=_mm_setr_ps(FLOOR1_fromdB_LOOKUP[iout[j]],FLOOR1_fromdB_LOOKUP[iout[j+1]],
                                       FLOOR1_fromdB_LOOKUP[iout[j+2]],FLOOR1_fromdB_LOOKUP[iout[j+3]]);
    const __m128 energy=_mm_mul_ps(magnitude,magnitude);
    const __m128 residue=_mm_div_ps(x,magnitude);
    const __m128 r=_mm_and_ps(residue,PM128(PABSMASK));
    const __m128i whole=_mm_cvtps_epi32(residue);
    __m128 p1=_mm_set_ps1(point1), p2=_mm_set_ps1(point2);
    __m128i lossless, point;
    if(ramp){
      float a[4], b[4];
      int k;
      for(k=0;k<4;k++){
        a[k]=point1+=step1;
        b[k]=point2+=step2;
      }
      p1=_mm_loadu_ps(a);
      p2=_mm_loadu_ps(b);
    }
    p1=_mm_max_ps(_mm_sub_ps(p1,_mm_loadu_ps(enpeak+j)),_mm_set_ps1(prepoint)); /* reflect enpeak */
    /* 1 is lossless, -1 between the points, else 0 */
    lossless=_mm_castps_si128(_mm_cmpnlt_ps(r,p1));
    point=_mm_castps_si128(_mm_cmpnlt_ps(r,p2));
    _mm_storeu_si128((__m128i*)(flag+j),select_si128(lossless,_mm_set1_epi32(1),point));
    _mm_storeu_ps(res+j,residue);
    _mm_storeu_ps(raw+j,negate_ps(_mm_cmplt_ps(x,zero),square));
    _mm_storeu_ps(floor+j,energy);
    _mm_storeu_si128((__m128i*)(iout+j),whole);
    if(j+4<=start){
      _mm_storeu_ps(quant+j,square);
    }else{
      const __m128 ve=_mm_mul_ps(residue,residue);
      const __m128 normal=_mm_castsi128_ps(lanes_from(j,start));
      const __m128 small=_mm_and_ps(_mm_cmplt_ps(ve,_mm_set_ps1(.25f)),normal);
      const __m128 quantized=_mm_mul_ps(_mm_cvtepi32_ps(square_epi32(whole)),energy);
      float error[4];
      int k;
      _mm_storeu_ps(quant+j,select_ps(_mm_andnot_ps(small,normal),quantized,square));
      _mm_storeu_ps(error,_mm_and_ps(small,ve));
      for(k=_mm_movemask_ps(small);k;k&=k-1){
        const int lane=__builtin_ctz(k);
        acc+=error[lane];
        value[count]=quant[j+lane];
        line[count++]=j+lane;
      }
    }
  }
  if(count)promote(p,raw,quant,floor,acc,nepeak,value,line,count,iout);
}

/* What the lines of a partition that quantise to something in either channel are to each other. */
typedef struct{
  int lines;        /* how many there are */
  int opposed;      /* those whose channels have opposite signs */
  float difference; /* the sum of the differences of their magnitudes, rounded to a float line by line */
}partition_phase;

STIN __m128 opposed_ps(__m128 a,__m128 b){
  const __m128 zero=_mm_setzero_ps();
  return _mm_or_ps(_mm_and_ps(_mm_cmpgt_ps(a,zero),_mm_cmplt_ps(b,zero)),
                   _mm_and_ps(_mm_cmpgt_ps(b,zero),_mm_cmplt_ps(a,zero)));
}

static void phase_of(partition_phase *to,const float *reM,const float *reA,const float *resM,const float *resA,int jn){
  const __m128 half=_mm_set_ps1(.5f), minus=_mm_set_ps1(-.5f), absolute=PM128(PABSMASK);
  const __m128d positive=_mm_castsi128_pd(_mm_srli_epi64(_mm_set1_epi32(-1),1));
  int j;
  to->lines=to->opposed=0;
  to->difference=0.f;
  for(j=0;j<jn;j+=4){
    const __m128 M=_mm_loadu_ps(resM+j), A=_mm_loadu_ps(resA+j);
    const __m128 heard=_mm_or_ps(_mm_or_ps(_mm_cmplt_ps(M,minus),_mm_cmpge_ps(M,half)),
                                 _mm_or_ps(_mm_cmplt_ps(A,minus),_mm_cmpge_ps(A,half)));
    int lanes=_mm_movemask_ps(heard);
    if(lanes){
      const __m128 m=_mm_and_ps(M,absolute), a=_mm_and_ps(A,absolute);
      double difference[4];
      _mm_storeu_pd(difference,_mm_and_pd(positive,_mm_sub_pd(_mm_cvtps_pd(m),_mm_cvtps_pd(a))));
      _mm_storeu_pd(difference+2,_mm_and_pd(positive,
        _mm_sub_pd(_mm_cvtps_pd(_mm_movehl_ps(m,m)),_mm_cvtps_pd(_mm_movehl_ps(a,a)))));
      to->lines+=bitCountTable[lanes];
      to->opposed+=bitCountTable[lanes&_mm_movemask_ps(opposed_ps(_mm_loadu_ps(reM+j),_mm_loadu_ps(reA+j)))];
      for(;lanes;lanes&=lanes-1)
        to->difference+=difference[__builtin_ctz(lanes)];
    }
  }
}

/* Makes lossless what lies between the points in either channel, or only where the channels oppose each other. */
static void raise_flags(int *fM,const int *fA,const float *reM,const float *reA,int jn,int all){
  const __m128i between=_mm_set1_epi32(-1);
  int j;
  for(j=0;j<jn;j+=4){
    const __m128i M=_mm_loadu_si128((const __m128i*)(fM+j)), A=_mm_loadu_si128((const __m128i*)(fA+j));
    __m128i raised=_mm_or_si128(_mm_cmpeq_epi32(M,between),_mm_cmpeq_epi32(A,between));
    if(!all)
      raised=_mm_and_si128(raised,_mm_castps_si128(opposed_ps(_mm_loadu_ps(reM+j),_mm_loadu_ps(reA+j))));
    _mm_storeu_si128((__m128i*)(fM+j),select_si128(raised,_mm_set1_epi32(1),M));
  }
}

/* Point coupling's magnitude, min_indemnity_dipole_hypot. */
STIN __m128 dipole_ps(__m128 a,__m128 b,__m128 threv){
  const __m128 thnor=_mm_set_ps1(0.94f), zero=_mm_setzero_ps();
  const __m128 a2=_mm_and_ps(_mm_mul_ps(a,thnor),PM128(PABSMASK));
  const __m128 b2=_mm_and_ps(_mm_mul_ps(b,thnor),PM128(PABSMASK));
  const __m128 up=_mm_cmpgt_ps(a,zero), down=_mm_cmpngt_ps(a,zero);
  const __m128 same=select_ps(up,_mm_cmpgt_ps(b,zero),_mm_cmplt_ps(b,zero));
  const __m128 larger=_mm_cmpgt_ps(negate_ps(down,a),negate_ps(up,b));
  const __m128 sum=_mm_add_ps(a2,b2);
  const __m128 as=_mm_sub_ps(a2,_mm_mul_ps(b2,threv)), bs=_mm_sub_ps(b2,_mm_mul_ps(a2,threv));
  const __m128 value=select_ps(same,sum,select_ps(larger,as,bs));
  /* the sign of a, but where b is the larger */
  return negate_ps(_mm_xor_ps(up,_mm_or_ps(same,larger)),value);
}

/* Couples lines 0 to jn of two channels, of which those from `lowpass` on only share a floor; whether any was
   coupled as a point, which it is where neither flag is 1. */
static int couple_pair(float *reM,float *reA,float *qeM,float *qeA,float *floorM,float *floorA,float *resM,float *resA,
                       int *fM,int *fA,int *iM,int *iA,int jn,int lowpass,int limit,float hpL,float hpH){
  const __m128i one=_mm_set1_epi32(1);
  const __m128 absolute=PM128(PABSMASK);
  int j,points=0;
  for(j=0;j<jn;j+=4){
#define LOAD(x) _mm_loadu_ps(x+j)
#define LOADI(x) _mm_loadu_si128((const __m128i*)(x+j))
#define STOREI(x,v) _mm_storeu_si128((__m128i*)(x+j),v)
    const __m128 floor=_mm_add_ps(LOAD(floorM),LOAD(floorA));
    const __m128i beyond=lanes_from(j,lowpass);
    const __m128i exact=_mm_or_si128(_mm_cmpeq_epi32(LOADI(fM),one),_mm_cmpeq_epi32(LOADI(fA),one));
    const __m128i lossless=_mm_andnot_si128(beyond,exact);
    const __m128i lossy=_mm_andnot_si128(_mm_or_si128(beyond,exact),_mm_set1_epi32(-1));
    const __m128 L=_mm_castsi128_ps(lossless), P=_mm_castsi128_ps(lossy);
    _mm_storeu_ps(floorM+j,floor);
    _mm_storeu_ps(floorA+j,floor);
    {
      const __m128 m=LOAD(reM), a=LOAD(reA), q=LOAD(qeM), qa=LOAD(qeA);
      const __m128 hp=select_ps(_mm_castsi128_ps(lanes_from(j,limit)),_mm_set_ps1(hpH),_mm_set_ps1(hpL));
      const __m128 point=dipole_ps(m,a,hp);
      const __m128 sum=_mm_add_ps(_mm_and_ps(m,absolute),_mm_and_ps(a,absolute));
      _mm_storeu_ps(reM+j,select_ps(P,point,select_ps(L,sum,m)));
      _mm_storeu_ps(qeM+j,select_ps(P,_mm_and_ps(point,absolute),select_ps(L,_mm_add_ps(q,qa),q)));
      _mm_storeu_ps(reA+j,_mm_andnot_ps(P,a));
      _mm_storeu_ps(qeA+j,_mm_andnot_ps(P,qa));
    }
    {
      /* lossless_couplingf */
      const __m128 A=LOAD(resM), B=LOAD(resA);
      const __m128 larger=_mm_cmpgt_ps(_mm_and_ps(A,absolute),_mm_and_ps(B,absolute));
      const __m128 mag=select_ps(larger,A,B);
      const __m128 up=_mm_cmpgt_ps(mag,_mm_setzero_ps());
      const __m128 ang=select_ps(up,_mm_sub_ps(A,B),_mm_sub_ps(B,A));
      const __m128 m=_mm_and_ps(mag,absolute);
      const __m128 turn=_mm_cmpge_ps(ang,_mm_add_ps(m,m));
      _mm_storeu_ps(resM+j,select_ps(L,negate_ps(turn,mag),A));
      _mm_storeu_ps(resA+j,_mm_andnot_ps(P,select_ps(L,negate_ps(turn,ang),B)));
    }
    {
      /* lossless_coupling */
      const __m128i A=LOADI(iM), B=LOADI(iA);
      const __m128i larger=_mm_cmpgt_epi32(abs_epi32(A),abs_epi32(B));
      const __m128i mag=select_si128(larger,A,B);
      const __m128i up=_mm_cmpgt_epi32(mag,_mm_setzero_si128());
      const __m128i ang=select_si128(up,_mm_sub_epi32(A,B),_mm_sub_epi32(B,A));
      const __m128i m=abs_epi32(mag);
      const __m128i turn=_mm_cmpgt_epi32(ang,_mm_sub_epi32(_mm_add_epi32(m,m),one));
      STOREI(iM,select_si128(lossless,negate_epi32(turn,mag),A));
      STOREI(iA,_mm_andnot_si128(lossy,select_si128(lossless,negate_epi32(turn,ang),B)));
    }
    STOREI(fM,select_si128(lossless,one,LOADI(fM)));
    STOREI(fA,select_si128(beyond,LOADI(fA),one));
    points|=_mm_movemask_ps(P);
#undef LOAD
#undef LOADI
#undef STOREI
  }
  return points;
}

/* noise_normalize of the lines that were coupled as points, those whose flag is not 1. */
static void normalize_points(const vorbis_look_psy *p,int limit,float *r,float *q,const float *f,float *res,
                             const int *flags,float nepeak,int i,int n,int *out){
  const int start=normal_start(p,nepeak,i,n);
  float value[PARTITION_MAX+4], acc=0.f;
  int line[PARTITION_MAX], count=0, j;
  for(j=0;j<n;j+=4){
    const __m128i flag=_mm_loadu_si128((const __m128i*)(flags+j));
    const __m128 exact=_mm_castsi128_ps(_mm_cmpeq_epi32(flag,_mm_set1_epi32(1)));
    const __m128 negative=_mm_cmplt_ps(_mm_loadu_ps(r+j),_mm_setzero_ps());
    const __m128 quant=_mm_loadu_ps(q+j), energy=_mm_loadu_ps(f+j);
    const __m128 ve=_mm_div_ps(quant,energy);
    const __m128 root=negate_ps(negative,_mm_sqrt_ps(ve));
    const __m128i whole=_mm_cvtps_epi32(root), before=_mm_loadu_si128((const __m128i*)(out+j));
    const __m128 normal=_mm_andnot_ps(exact,_mm_castsi128_ps(lanes_from(j,start)));
    const __m128 small=_mm_and_ps(_mm_and_ps(normal,_mm_castsi128_ps(lanes_from(j,limit-i))),
                                  _mm_cmplt_ps(ve,_mm_set_ps1(.25f)));
    const __m128 quantized=_mm_mul_ps(_mm_cvtepi32_ps(square_epi32(whole)),energy);
    float error[4];
    int k;
    _mm_storeu_ps(res+j,select_ps(exact,_mm_loadu_ps(res+j),root));
    _mm_storeu_si128((__m128i*)(out+j),
      select_si128(_mm_castps_si128(_mm_or_ps(exact,small)),before,whole));
    _mm_storeu_ps(q+j,select_ps(_mm_andnot_ps(small,normal),quantized,quant));
    _mm_storeu_ps(error,ve);
    for(k=_mm_movemask_ps(small);k;k&=k-1){
      const int lane=__builtin_ctz(k);
      acc+=error[lane];
      value[count]=q[j+lane];
      line[count++]=j+lane;
    }
  }
  if(count)promote(p,r,q,f,acc,nepeak,value,line,count,out);
}
