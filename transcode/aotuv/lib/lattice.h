/* Residue vectors by table (included by res0.c).

   The books of residues are lattices: an entry's number is made of a digit for each value. The digit of
   a value, and what the lattice leaves of it, stand in a table for values up to LATTICE_MAX (made with the book); and
   the bits of a partition are collected in a register. */

/* One vector of `dim` values, of which it leaves the rest; its entry, or -1 where only a search finds it. */
STIN int lattice_entry(const codebook *book,int *a,const int dim){
  const char *lengths=book->c->lengthlist;
  const lattice_step *table=book->lattice+LATTICE_MAX;
  int rest[8], index=0, o;
  for(o=dim-1;o>=0;o--){
    const int value=a[o];
    if((unsigned)value+LATTICE_MAX>2*LATTICE_MAX)return(-1);
    index=index*book->quantvals+table[value].digit;
    rest[o]=table[value].rest;
  }
  if(lengths[index]<=0)return(-1);
  for(o=0;o<dim;o++)a[o]=rest[o];
  return(index);
}

/* The vectors of one partition, whose words are at most 32 bits each, into a buffer with room for them. */
STIN int lattice_part(oggpack_buffer *opb,int *vec,int count,codebook *book,const int dim){
  const ogg_uint32_t *words=book->codelist;
  const char *lengths=book->c->lengthlist;
  unsigned char *to=opb->ptr;
  int held=opb->endbit, bits=0, i;
  uint64_t word=*to&((1u<<held)-1);
  for(i=0;i<count;i++,vec+=dim){
    int entry=lattice_entry(book,vec,dim);
    if(entry<0)entry=local_book_besterror(book,vec);
    if(entry<0 || entry>=book->c->entries)continue;
    word|=(uint64_t)words[entry]<<held;
    held+=lengths[entry];
    bits+=lengths[entry];
    if(held>=32){
      const uint32_t low=(uint32_t)word;
      memcpy(to,&low,4);
      to+=4;
      word>>=32;
      held-=32;
    }
  }
  for(;held>=8;held-=8,word>>=8)*to++=(unsigned char)word;
  *to=(unsigned char)word;
  opb->endbyte+=to-opb->ptr;
  opb->ptr=to;
  opb->endbit=held;
  return(bits);
}

static int encodepart_lattice(oggpack_buffer *opb,int *vec,int n,codebook *book){
  const int count=n/book->dim, room=count*4+8;
  if(opb->endbyte+room>=opb->storage){
    unsigned char *buffer=realloc(opb->buffer,opb->storage+room+256);
    if(!buffer)return(0);
    opb->buffer=buffer;
    opb->storage+=room+256;
    opb->ptr=opb->buffer+opb->endbyte;
  }
  switch(book->dim){
    case 1: return lattice_part(opb,vec,count,book,1);
    case 2: return lattice_part(opb,vec,count,book,2);
    case 4: return lattice_part(opb,vec,count,book,4);
    case 8: return lattice_part(opb,vec,count,book,8);
    default: return lattice_part(opb,vec,count,book,book->dim);
  }
}
