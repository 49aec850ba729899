/* Which streams does this libvorbis make? A line for each of many signals, rates, channel counts and
   qualities, with the bytes and a hash of all audio packets. Compiled once as it is and once with
   AOTUV_UNCHANGED, both must print the same: transcode/tests/it/streams.rs.

   With a file (raw stereo of 32-bit floats at 44.1 kHz) that is encoded too, at every quality. */
#include <vorbis/vorbisenc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LENGTH 88200
#define SIGNALS 9

static unsigned state=1;
static float noise(void){
  state=state*1664525u+1013904223u;
  return ((int)state>>8)/8388608.f;
}

/* One sample of a signal: silence, noise, faint noise, clicks, a tone, two sweeps, a voice on one side, an ensemble
   of plucked strings and drums, the same far too loud. */
static float sample(int signal,int channel,long i){
  const double t=i/44100.,turn=6.283185307179586;
  int k;
  switch(signal){
    case 1: return noise();
    case 2: return noise()*1e-4f;
    case 3: return i%11025==channel*7 ? 0.9f : 0.f;
    case 4: return 0.7*sin(turn*440*t);
    case 5: return (channel ? 0.3 : 0.8)*sin(turn*(60+2000*t)*t);
    case 6: return channel ? 0.f : 0.4*sin(turn*180*t+3*sin(turn*5*t))+0.2*sin(turn*2210*t)+0.02*noise();
    case 7: case 8: {
      double y=0.25*noise()*exp(-fmod(t,0.25)*40);
      for(k=0;k<5;k++){
        const double pitch=110*pow(2,k*5/12.), since=fmod(t+k*0.11,0.55);
        y+=0.3*exp(-since*(3+k))*(sin(turn*pitch*t)+0.5*sin(turn*2*pitch*t)+0.3*sin(turn*5*pitch*t))*(channel ? 1-k*0.2 : k*0.2);
      }
      return signal==8 ? 8*y : y;
    }
    default: return 0.f;
  }
}

static void encode(const char *name,const float *pcm,long frames,int channels,long rate,double quality){
  vorbis_info vi;
  vorbis_dsp_state vd;
  vorbis_block vb;
  ogg_packet packet;
  uint64_t hash=1469598103934665603ull;
  long bytes=0,at=0;
  int ended=0;
  vorbis_info_init(&vi);
  if(vorbis_encode_init_vbr(&vi,channels,rate,quality)){
    printf("%s %ld Hz, %d channels, quality %.2f: refused\n",name,rate,channels,quality);
    vorbis_info_clear(&vi);
    return;
  }
  vorbis_analysis_init(&vd,&vi);
  vorbis_block_init(&vd,&vb);
  while(!ended){
    const long now=frames-at<4096 ? frames-at : 4096;
    if(now){
      float **to=vorbis_analysis_buffer(&vd,now);
      long i;
      int c;
      for(c=0;c<channels;c++)for(i=0;i<now;i++)
        to[c][i]=pcm[2*(at+i)+(c&1)]*(c>1 ? 0.5f : 1.f);
    }
    vorbis_analysis_wrote(&vd,now);
    at+=now;
    ended=!now;
    while(vorbis_analysis_blockout(&vd,&vb)==1){
      vorbis_analysis(&vb,NULL);
      vorbis_bitrate_addblock(&vb);
      while(vorbis_bitrate_flushpacket(&vd,&packet)){
        long i;
        bytes+=packet.bytes;
        for(i=0;i<packet.bytes;i++)hash=(hash^packet.packet[i])*1099511628211ull;
      }
    }
  }
  printf("%s %ld Hz, %d channels, quality %.2f: %ld bytes, %016llx\n",name,rate,channels,quality,bytes,
         (unsigned long long)hash);
  vorbis_block_clear(&vb);
  vorbis_dsp_clear(&vd);
  vorbis_info_clear(&vi);
}

int main(int count,char **arguments){
  static const double qualities[]={-0.2,-0.1,0.0,0.1,0.25,0.4,0.5,0.6,0.75,0.9,0.95,1.0};
  static const struct{long rate;int channels;} forms[]=
    {{44100,2},{22050,2},{44100,1},{24000,2},{48000,2},{32000,2},{16000,1},{48000,6},{96000,2},{8000,2}};
  static float pcm[2*LENGTH];
  int signal,q,form;
  long i;
  for(signal=0;signal<SIGNALS;signal++){
    char name[16];
    for(i=0;i<LENGTH;i++){
      pcm[2*i]=sample(signal,0,i);
      pcm[2*i+1]=sample(signal,1,i);
    }
    sprintf(name,"signal %d",signal);
    for(q=0;q<12;q++)
      for(form=0;form<(q%4 ? 3 : 10);form++)
        encode(name,pcm,form ? LENGTH/2 : LENGTH,forms[form].channels,forms[form].rate,qualities[q]);
  }
  if(count>1){
    FILE *file=fopen(arguments[1],"rb");
    float *music;
    long bytes;
    if(!file){
      perror(arguments[1]);
      return 2;
    }
    fseek(file,0,SEEK_END);
    bytes=ftell(file);
    rewind(file);
    music=malloc(bytes);
    if(!music || fread(music,1,bytes,file)!=(size_t)bytes)return 2;
    for(q=0;q<12;q++)
      encode("music",music,bytes/8,2,44100,qualities[q]);
    free(music);
  }
  return 0;
}
