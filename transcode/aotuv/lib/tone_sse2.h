/* Tone masking, four seeds at a time (included by psy.c under FAST_SSE2).

   Seeds stand at eighths of an eighth of an octave, a curve's points at every eighth seed. So the
   seeds lie transposed here: the eight seeds of a row stand in eight columns, each as long as there
   are rows, and the points of a curve are neighbours in a column. */

static void seed_chase(float *seeds, const int linesper, const long n);

/* What seed_loop and max_seeds find out about a block size again and again. */
static void octave_bins(vorbis_look_psy *p){
  int i;
  p->bins=_ogg_malloc(p->n*sizeof(*p->bins));
  p->bin_count=0;
  for(i=0;i<p->n;i=p->octend[i]+1){
    octave_bin *bin=p->bins+p->bin_count++;
    bin->first=i;
    bin->last=p->octend[i];
    bin->line=p->octave[i]-p->firstoc;
    bin->band=p->octsft[i];
  }
}

static void seed_spans(vorbis_look_psy *p){
  int line=0, pos=p->octave[0]-p->firstoc-(p->eighth_octave_lines>>1);
  p->spans=_ogg_malloc(p->n*sizeof(*p->spans));
  p->span_count=0;
  while(line+1<p->n){
    seed_span *span=p->spans+p->span_count++;
    span->from=pos;
    if(pos<p->octpos[line])pos=p->octpos[line];
    span->to=pos;
    span->first=line;
    while(line<p->n && p->octave[line]<=pos+p->firstoc)line=p->octend[line]+1;
    span->end=line;
  }
  if(line<p->n){
    seed_span *span=p->spans+p->span_count++;
    span->from=span->to=p->total_octave_lines-1;
    span->first=line;
    span->end=p->n;
  }
}

/* Rows of a column: four before the first (nothing), the seeds', and four to write past the last. */
#define SEED_ROWS(lines) (((((lines)+7)>>3)+4+4+3)&(~3))

/* A vector's lanes of which only the first 0 to 3 count. */
static const _MM_ALIGN16 uint32_t SEED_TAIL[4][4] = {
  {0,0,0,0}, {~0u,0,0,0}, {~0u,~0u,0,0}, {~0u,~0u,~0u,0}
};

STIN void seed_curve_sse2(float *seed, const int rows,
                            float **curves,
                            const float amp,
                            const int oc, const int n,
                            const int linesper, const float dBoffset){
  const __m128 level=_mm_set_ps1(amp), nothing=PM128(PNEGINF);
  const float *posts,*curve;
  float *column;
  int first,count,seedptr;
  int choice=(int)((amp+dBoffset-P_LEVEL_0)*.1f);
  choice=max(choice,0);
  choice=min(choice,P_LEVELS-1);
  posts=curves[choice];
  first=(int)posts[0];
  count=(int)posts[1]-first;
  seedptr=oc+(first-EHMER_OFFSET)*linesper-(linesper>>1);
  if(seedptr<0){
    /* the first point above line 0 */
    const int skipped=((-seedptr)>>3)+1;
    seedptr+=skipped*8;
    first+=skipped;
    count-=skipped;
  }
  if(count*8+seedptr>=n)
    count=(n-1-seedptr)/8+1;
  if(count<0)count=1;
  column=seed+(seedptr&7)*rows+4+(seedptr>>3);
  curve=posts+2+first;
  for(;count>=4;count-=4,curve+=4,column+=4)
    _mm_storeu_ps(column,_mm_max_ps(_mm_add_ps(_mm_loadu_ps(curve),level),_mm_loadu_ps(column)));
  if(count>0){
    const __m128 mask=PM128(SEED_TAIL[count]);
    const __m128 sum=_mm_add_ps(_mm_loadu_ps(curve),level);
    _mm_storeu_ps(column,_mm_max_ps(_mm_or_ps(_mm_and_ps(mask,sum),_mm_andnot_ps(mask,nothing)),
                                    _mm_loadu_ps(column)));
  }
}

/* The line of `lane` in the rows from `row` on, in column k. */
#define SEED_LINE(row,lane,k) (((row)-4+(lane))*8+(k))

/* Whether a lonely seed at line x is passed over by seed_chase (below): nothing stands in the eight lines
   before it, and the first of these is on the stack. In a run of nothing only every seventh line is. */
static int passed_over(const float *seed, const int rows, const int x){
  int first=x-1;
  while(first>0 && seed[((first-1)&7)*rows+4+((first-1)>>3)]==NEGINF)first--;
  return first==0 ? (x-8)%7==0 : (x-first)%7==0;
}

/* What seed_chase does, but for limit. Each seed becomes the largest of itself and the eight before it; where it
   is larger than the eighth before and that one larger than all between, it becomes that one. The eight before
   stand in its own row up to it and in the row before from its column on. Returns 0, and nothing of use, where the
   eighth equals one between: there the stack decides. */
static int seed_chase_sse2(const float *seed, const int rows, float *lines, const float limit){
  const __m128 most=_mm_set_ps1(limit);
  int row,k,lane;
  for(row=4;row+4<=rows;row+=4,lines+=32){
    __m128 upto[8], out[8];
    __m128 from=PM128(PNEGINF);
    upto[0]=_mm_load_ps(seed+row);
    for(k=1;k<8;k++)
      upto[k]=_mm_max_ps(upto[k-1],_mm_load_ps(seed+k*rows+row));
    for(k=7;k>=0;k--){
      const __m128 own=_mm_load_ps(seed+k*rows+row);
      const __m128 eighth=_mm_loadu_ps(seed+k*rows+row-1);
      const __m128 between=k ? _mm_max_ps(upto[k-1],from) : from;
      const __m128 larger=_mm_cmpgt_ps(own,eighth);
      const __m128 passed=_mm_and_ps(larger,_mm_cmpgt_ps(eighth,between));
      int equal=_mm_movemask_ps(_mm_and_ps(larger,_mm_cmpeq_ps(eighth,between)));
      from=_mm_max_ps(from,eighth);
      out[k]=_mm_max_ps(upto[k],from);
      out[k]=_mm_or_ps(_mm_and_ps(passed,eighth),_mm_andnot_ps(passed,out[k]));
      if(equal)for(lane=0;lane<4;lane++){
        const int x=SEED_LINE(row,lane,k);
        if(!(equal>>lane&1) || x<8)continue;
        if(seed[k*rows+row+lane-1]!=NEGINF)return 0;
        if(passed_over(seed,rows,x))out[k][lane]=NEGINF;
      }
      out[k]=_mm_min_ps(out[k],most);
    }
    _MM_TRANSPOSE4_PS(out[0],out[1],out[2],out[3]);
    _MM_TRANSPOSE4_PS(out[4],out[5],out[6],out[7]);
    for(k=0;k<4;k++){
      _mm_storeu_ps(lines+8*k  ,out[k]);
      _mm_storeu_ps(lines+8*k+4,out[4+k]);
    }
  }
  return 1;
}

static void seed_loop_sse2(const vorbis_look_psy *p, const float *f, const float *flr, float *seed, const int rows,
                           const float specmax){
  const float offset=p->vi->max_curve_dB-specmax;
  const octave_bin *bin=p->bins, *end=bin+p->bin_count;
  for(;bin<end;bin++){
    float most=f[bin->first];
    int i=bin->first+1;
    if(i+3<=bin->last){
      __m128 largest=_mm_loadu_ps(f+bin->last-3);
      for(i--;i+4<=bin->last;i+=4)
        largest=_mm_max_ps(largest,_mm_loadu_ps(f+i));
      most=_mm_max_horz(largest);
    }else
      for(;i<=bin->last;i++)
        if(f[i]>most)most=f[i];
    if(most+6.f>flr[bin->last])
      seed_curve_sse2(seed,rows,p->tonecurves[bin->band],most,bin->line,p->total_octave_lines,
                      p->eighth_octave_lines,offset);
  }
}

static void max_seeds_sse2(const vorbis_look_psy *p, const float *lines, float *flr){
  const seed_span *span=p->spans, *end=span+p->span_count;
  for(;span<end;span++){
    float least=lines[span->from];
    int i=span->from+1;
    if(span==p->spans){
      /* the first span passes over nothing */
      for(;i<=span->to;i++)
        if((lines[i]>NEGINF && lines[i]<least) || least==NEGINF)least=lines[i];
    }else if(i+3<=span->to){
      __m128 smallest=_mm_loadu_ps(lines+span->to-3);
      for(i--;i+4<=span->to;i+=4)
        smallest=_mm_min_ps(smallest,_mm_loadu_ps(lines+i));
      least=_mm_min_horz(smallest);
    }else
      for(;i<=span->to;i++)
        if(lines[i]<least)least=lines[i];
    for(i=span->first;i+4<=span->end;i+=4)
      _mm_storeu_ps(flr+i,_mm_max_ps(_mm_loadu_ps(flr+i),_mm_set_ps1(least)));
    for(;i<span->end;i++)
      if(flr[i]<least)flr[i]=least;
  }
}

static void tonemask_sse2(const vorbis_look_psy *p, const float *logfft, float *logmask, const float global_specmax,
                          const float local_specmax){
  const int rows=SEED_ROWS(p->total_octave_lines);
  float *seed=(float*)_ogg_alloca(sizeof(*seed)*rows*8*2), *lines=seed+rows*8;
  float att=local_specmax+p->vi->ath_adjatt;
  int i;
  for(i=0;i<rows*8;i+=4)
    _mm_store_ps(seed+i,PM128(PNEGINF));
  /* the ATH floats below the local maximum */
  if(att<p->vi->ath_maxatt)att=p->vi->ath_maxatt;
  for(i=0;i<p->n;i+=4)
    _mm_storeu_ps(logmask+i,_mm_add_ps(_mm_loadu_ps(p->ath+i),_mm_set_ps1(att)));
  seed_loop_sse2(p,logfft,logmask,seed,rows,global_specmax);
  if(!seed_chase_sse2(seed,rows,lines,p->vi->tone_abs_limit)){
    for(i=0;i<p->total_octave_lines;i++)lines[i]=seed[(i&7)*rows+4+(i>>3)];
    seed_chase(lines,p->eighth_octave_lines,p->total_octave_lines);
    for(i=0;i<p->total_octave_lines;i++)lines[i]=min(lines[i],p->vi->tone_abs_limit);
  }
  max_seeds_sse2(p,lines,logmask);
}
