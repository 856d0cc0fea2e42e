import time
from students import actions
from students.importing.read import read
from students.importing.rows import parse
from tests.students import *
from datetime import date
def test_perf(clock, alice_actor):
    N=20000
    def big(**c):
        rows=[]
        for i in range(N):
            p=pupil(i%5000, **c); 
            b=date(2005,1,1)+timedelta(days=i%5000)
            p['number']=national_number(b,1+i//5000); p['birth_date']=f"{b:%d/%m/%Y}"; p['stamnummer']=str(i); rows.append(p)
        return csv_file(rows)
    c=big(); d=big(class_code='9Z')
    for content,label in ((c,'new'),(c,'same'),(d,'changed'),(big(class_code='9Z',sex='M'),'students')):
        t=time.perf_counter(); table=read(content); t1=time.perf_counter(); p=parse(table,'999912',date(2026,11,23)); t2=time.perf_counter()
        run=actions.upload(by=alice_actor,file_name='x',content=content,full_list=True); t3=time.perf_counter()
        plan=actions.preview(run); t4=time.perf_counter(); f=plan.fingerprint; t5=time.perf_counter()
        actions.confirm(by=alice_actor,run_id=run.pk,confirm_many_ended=True,seen=f); t6=time.perf_counter()
        print(label,f'read {t1-t:.2f} parse {t2-t1:.2f} upload {t3-t2:.2f} preview {t4-t3:.2f} fp {t5-t4:.2f} confirm {t6-t5:.2f}', run.new,run.changed, run.unchanged, run.problems[:2])
    import cProfile,pstats
    pr=cProfile.Profile(); pr.enable()
    actions.upload(by=alice_actor,file_name='x',content=big(class_code='8',sex='V'),full_list=True)
    pr.disable(); pstats.Stats(pr).sort_stats('cumtime').print_stats(35)
